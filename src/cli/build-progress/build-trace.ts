// What is known of a build that is watched: its vertices in the order in which they began, with what is new of each.
import type { StatusResponse, VertexStatus, VertexWarning } from '../../api/buildkit/control.ts';
import { TerminalTail } from './terminal-tail.ts';

type VertexNews = StatusResponse['vertexes'][number];

interface Interval {
  readonly start: Date;
  readonly stop: Date | undefined;
}

/** One vertex. What displays note about it themselves is theirs. */
export class TracedVertex {
  digest = '';
  name = '';
  cached = false;
  error = '';
  started: Date | undefined;
  completed: Date | undefined;
  /** Parts of it that have begun, in that order. */
  readonly statuses = new Map<string, Partial<VertexStatus>>();
  /** Parts there is news of. */
  readonly news = new Set<string>();
  readonly warnings: Partial<VertexWarning>[] = [];
  /** Lines of output with the seconds since it began; the last one may go on. */
  logs: string[] = [];
  isPartial = false;
  /** What a terminal would show of the output. */
  readonly tail = new TerminalTail();
  /** A vertex may run more than once: times by their beginnings. */
  readonly #intervals = new Map<number, Interval>();
  /** News since it was last shown, and since when they wait. */
  count = 0;
  waitingSince = 0;

  /** Takes news in; says whether they are to be shown. */
  update(news: VertexNews): boolean {
    const { name = '', cached = false, error = '', started, completed } = news;
    const changed =
      this.name !== name ||
      this.cached !== cached ||
      this.error !== error ||
      this.started?.getTime() !== started?.getTime() ||
      (completed !== undefined && this.completed?.getTime() !== completed.getTime());
    // A vertex that is announced again has not begun anew.
    if (started || !this.started) Object.assign(this, { name, cached, error, started, completed });
    if (started) this.#intervals.set(started.getTime(), { start: started, stop: completed });
    return changed && started !== undefined;
  }

  notify(): void {
    if (this.count === 0) this.waitingSince = Date.now();
    this.count++;
  }

  get isCompleted(): boolean {
    return this.completed !== undefined;
  }

  /** Seconds it has taken so far; `now` in milliseconds, on the daemon's clock. */
  seconds(now: number): number {
    let total = 0;
    let until = 0;
    for (const { start, stop } of [...this.#intervals.values()].sort((a, b) => +a.start - +b.start)) {
      const end = stop?.getTime() ?? now;
      total += Math.max(0, end - Math.max(start.getTime(), until));
      until = Math.max(until, end);
    }
    return total / 1000;
  }

  get canceled(): boolean {
    return this.error.endsWith('context canceled');
  }

  log(data: Uint8Array, at: Date): void {
    const text = Buffer.from(data).toString();
    this.tail.write(text);
    const lines = text.split('\n');
    const open = lines.pop() ?? '';
    const all = open === '' ? lines : [...lines, open];
    for (const [index, line] of all.entries()) {
      const last = this.logs.length - 1;
      if (index === 0 && this.isPartial && last >= 0) this.logs[last] += line;
      else this.logs.push(`${stamp(at, this.started)} ${line}`);
    }
    this.isPartial = open !== '';
  }
}

/** All of them. `changed` is emptied by whoever shows it. */
export class BuildTrace {
  readonly #byDigest = new Map<string, TracedVertex>();
  /** Those that have begun, in that order. */
  readonly vertexes: TracedVertex[] = [];
  readonly changed = new Set<TracedVertex>();
  readonly warnings: Partial<VertexWarning>[] = [];
  /** How far the daemon's clock is behind ours, in milliseconds. */
  clockDifference: number | undefined;
  startedAt: Date | undefined;

  update({ vertexes, statuses, warnings, logs }: StatusResponse): void {
    for (const news of vertexes) this.#vertex(news);
    for (const status of statuses) {
      const vertex = this.#byDigest.get(status.vertex ?? '');
      if (!vertex || status.id === undefined) continue;
      if (status.started || vertex.statuses.has(status.id)) vertex.statuses.set(status.id, status);
      vertex.news.add(status.id);
      this.#note(vertex);
    }
    for (const warning of warnings) {
      this.warnings.push(warning);
      const vertex = this.#byDigest.get(warning.vertex ?? '');
      vertex?.warnings.push(warning);
      vertex?.notify();
    }
    for (const { vertex: digest = '', msg, timestamp } of logs) {
      const vertex = this.#byDigest.get(digest);
      if (!vertex || !msg) continue;
      vertex.log(msg, timestamp ?? new Date());
      this.#note(vertex);
    }
  }

  get total(): number {
    return this.#byDigest.size;
  }

  get completed(): number {
    return this.vertexes.filter(vertex => vertex.isCompleted).length;
  }

  /** Now by the daemon's clock, in milliseconds. */
  now(): number {
    return Date.now() - (this.clockDifference ?? 0);
  }

  #vertex(news: VertexNews): void {
    const { digest = '', started } = news;
    let vertex = this.#byDigest.get(digest);
    if (!vertex) {
      vertex = new TracedVertex();
      vertex.digest = digest;
      this.#byDigest.set(digest, vertex);
    }
    const isNew = vertex.started === undefined && started !== undefined;
    if (started) {
      this.startedAt ??= started;
      this.clockDifference ??= Date.now() - started.getTime();
    }
    if (vertex.update(news)) this.#note(vertex);
    if (isNew) this.vertexes.push(vertex);
  }

  #note(vertex: TracedVertex): void {
    vertex.notify();
    this.changed.add(vertex);
  }
}

/** Seconds with as many digits as leave the same width. */
function stamp(at: Date, started: Date | undefined): string {
  const seconds = started ? (at.getTime() - started.getTime()) / 1000 : 0;
  return seconds.toFixed(seconds < 10 ? 3 : seconds < 100 ? 2 : 1);
}
