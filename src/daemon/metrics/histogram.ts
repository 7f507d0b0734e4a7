// How long things take, counted in buckets as Prometheus wants them.

/** Upper bounds in seconds: those of Prometheus's own libraries. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Durations of one metric by one label. Memory grows with the values of the label only. */
export class Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #label: string;
  readonly #series = new Map<string, { buckets: number[]; sum: number; count: number }>();

  /** `known` values of the label are shown before anything was counted. */
  constructor(o: { name: string; help: string; label: string; known: readonly string[] }) {
    this.#name = o.name;
    this.#help = o.help;
    this.#label = o.label;
    for (const value of o.known) this.#of(value);
  }

  observe(label: string, seconds: number): void {
    const series = this.#of(label);
    const bucket = bounds.findIndex(bound => seconds <= bound);
    if (bucket >= 0) series.buckets[bucket]! += 1;
    series.sum += seconds;
    series.count += 1;
  }

  /** In the text format of Prometheus. */
  format(): string {
    const lines = [`# HELP ${this.#name} ${this.#help}`, `# TYPE ${this.#name} histogram`];
    for (const [value, { buckets, sum, count }] of this.#series) {
      const label = `${this.#label}="${value}"`;
      let total = 0;
      for (const [index, bound] of bounds.entries()) {
        total += buckets[index]!;
        lines.push(`${this.#name}_bucket{${label},le="${bound}"} ${total}`);
      }
      lines.push(
        `${this.#name}_bucket{${label},le="+Inf"} ${count}`,
        `${this.#name}_sum{${label}} ${sum}`,
        `${this.#name}_count{${label}} ${count}`,
      );
    }
    return `${lines.join('\n')}\n`;
  }

  #of(value: string): { buckets: number[]; sum: number; count: number } {
    let series = this.#series.get(value);
    if (!series) this.#series.set(value, (series = { buckets: bounds.map(() => 0), sum: 0, count: 0 }));
    return series;
  }
}
