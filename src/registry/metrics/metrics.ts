// What the registry counts, and how Prometheus reads it.

type Labels = Readonly<Record<string, string>>;

/** A number asked for when somebody looks. */
interface Reading {
  readonly name: string;
  /** A `counter` only ever grows. */
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  /** One value, or one for each set of labels. */
  read(): number | readonly { labels: Labels; value: number }[];
}

const counters = {
  berth_registry_requests_total: 'Requests answered.',
  berth_registry_request_seconds_total: 'Time spent answering.',
  berth_registry_sent_bytes_total: 'Bytes of blobs sent.',
  berth_registry_received_bytes_total: 'Bytes of blobs that were pushed.',
  berth_registry_cache_total: 'Requests for what another registry has, by how they were answered.',
  berth_registry_collections_total: 'Collections of garbage.',
  berth_registry_collected_total: 'What collections removed, by kind.',
  berth_registry_collected_bytes_total: 'Bytes that collections freed.',
} as const;

type CounterName = keyof typeof counters;

export class Metrics {
  readonly #values = new Map<CounterName, Map<string, number>>();
  readonly #readings: Reading[] = [];

  count(name: CounterName, labels: Labels = {}, by = 1): void {
    const byLabels = this.#values.get(name) ?? new Map<string, number>();
    const key = formatLabels(labels);
    this.#values.set(name, byLabels.set(key, (byLabels.get(key) ?? 0) + by));
  }

  addReading(reading: Reading): void {
    this.#readings.push(reading);
  }

  /** The text format of Prometheus, version 0.0.4. */
  format(): string {
    const lines: string[] = [];
    for (const [name, help] of Object.entries(counters)) {
      const values = this.#values.get(name as CounterName);
      if (values) lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
      for (const [labels, value] of values ?? []) lines.push(`${name}${labels} ${value}`);
    }
    for (const { name, type, help, read } of this.#readings) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
      const values = read();
      if (typeof values === 'number') lines.push(`${name} ${values}`);
      else for (const { labels, value } of values) lines.push(`${name}${formatLabels(labels)} ${value}`);
    }
    return `${lines.join('\n')}\n`;
  }
}

function formatLabels(labels: Labels): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return '';
  return `{${entries.map(([key, value]) => `${key}="${value.replace(/[\\"\n]/g, char => (char === '\n' ? '\\n' : `\\${char}`))}"`).join(',')}}`;
}
