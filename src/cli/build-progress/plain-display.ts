// `--progress plain`: what happens, vertex by vertex, in lines that stay. Vertices that run at once take turns, so that the
// output of each can be followed (BuildKit's progressui).
import type { StatusResponse, VertexStatus } from '../../api/buildkit/control.ts';
import type { Output } from '../io.ts';
import { BuildTrace, type TracedVertex } from './build-trace.ts';
import { progressCounts } from './bytes.ts';
import { errorLogs } from './error-logs.ts';

/** Shown no more often than this, in milliseconds. */
const pause = 100;
/** A vertex with news waits no longer than this while another one is shown, in milliseconds. */
const mostDelay = 10_000;
const turn = 5000;
/** A transfer is told of again after so much of it, or so much time. */
const leastProgress = 0.05;
/** Of the output of a step that fails, as much is repeated. */
const repeated = 10;

export class PlainDisplay {
  readonly #output: Pick<Output, 'write'>;
  readonly #trace = new BuildTrace();
  readonly #shown = new Map<TracedVertex, Shown>();
  readonly #lastStatus = new Map<string, Partial<VertexStatus>>();
  #current: TracedVertex | undefined;
  #next = 1;
  #lastPrint = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(output: Pick<Output, 'write'>, title: string) {
    this.#output = output;
    if (title !== '') this.#line(`#0 ${title}`);
  }

  update(news: StatusResponse): void {
    this.#trace.update(news);
    const wait = this.#lastPrint + pause - Date.now();
    if (wait <= 0) this.#print();
    else this.#timer ??= setTimeout(() => this.#print(), wait);
  }

  finish(): void {
    this.#print();
    clearTimeout(this.#timer);
    this.#output.write(errorLogs(this.#trace, vertex => this.#shown.get(vertex)?.recent ?? []));
  }

  #print(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastPrint = Date.now();
    const { changed } = this.#trace;
    const done = [...changed].filter(vertex => vertex.isCompleted);
    const rest = new Set([...changed].filter(vertex => !vertex.isCompleted));
    const current = this.#current;
    if (current && done.includes(current)) this.#show(current);
    done.sort((a, b) => Number(a.completed) - Number(b.completed));
    for (const vertex of done) if (vertex !== current) this.#show(vertex);
    if (rest.size === 0) {
      if (current && !current.isCompleted) return;
      const open = this.#trace.vertexes.find(vertex => !vertex.isCompleted);
      if (open) this.#show(open);
      return;
    }
    if (current && rest.has(current)) this.#show(current);
    this.#choose(rest, current);
  }

  /** Which of those that run is shown now: one that waited too long, or the busiest. */
  #choose(rest: Set<TracedVertex>, current: TracedVertex | undefined): void {
    if (current && !current.isCompleted) rest.add(current);
    const now = Date.now();
    const speed = ({ count, waitingSince }: TracedVertex) => count / Math.max(0.001, (now - waitingSince) / 1000);
    const late = [...rest].find(vertex => vertex !== current && now - vertex.waitingSince > mostDelay);
    const busiest = late ?? [...rest].reduce((a, b) => (speed(b) > speed(a) ? b : a));
    if (!current || current.isCompleted || late) this.#show(busiest);
    else {
      const all = [...rest].reduce((sum, vertex) => sum + speed(vertex), 0);
      const share = all === 0 ? 0 : speed(current) / all;
      if (share < 1 && turn / (1 - share) < now - current.waitingSince) this.#show(busiest);
    }
  }

  #show(vertex: TracedVertex): void {
    const shown = this.#shown.get(vertex) ?? { number: this.#next++, warnings: 0, offset: 0, recent: [] };
    this.#shown.set(vertex, shown);
    if (vertex !== this.#current) this.#begin(vertex, shown);
    const isOpen = this.#statuses(vertex, shown);
    for (const { short } of vertex.warnings.slice(shown.warnings)) {
      this.#line(`#${shown.number} WARN: ${Buffer.from(short ?? []).toString()}`);
    }
    shown.warnings = vertex.warnings.length;
    this.#logs(vertex, shown);
    this.#current = vertex;
    if (vertex.isCompleted && !isOpen) this.#end(vertex, shown);
    this.#trace.changed.delete(vertex);
  }

  #begin({ name }: TracedVertex, shown: Shown): void {
    const before = this.#current;
    if (before) {
      const state = this.#shown.get(before);
      if (before.isPartial) this.#line('');
      if (state) state.offset = 0;
      before.count = 0;
      this.#line(`#${state?.number} ...`);
    }
    this.#line('');
    this.#line(`#${shown.number} ${name}`);
  }

  /** Whether a part of it is still under way. */
  #statuses(vertex: TracedVertex, { number }: Shown): boolean {
    let isOpen = false;
    for (const [id, status] of vertex.statuses) {
      if (!vertex.news.has(id)) continue;
      const key = `${vertex.digest} ${id}`;
      if (!status.completed && !isWorthTelling(this.#lastStatus.get(key), status)) continue;
      this.#lastStatus.set(key, status);
      if (!status.completed) isOpen = true;
      if (id.startsWith('why: ')) {
        this.#line(`#${number} ${id}`);
        continue;
      }
      const counts = progressCounts(status);
      this.#line(`#${number} ${id}${counts === '' ? '' : ` ${counts}`}${timeOf(status)}`);
    }
    vertex.news.clear();
    return isOpen;
  }

  #logs(vertex: TracedVertex, shown: Shown): void {
    const { logs, isPartial } = vertex;
    for (const [index, line] of logs.entries()) {
      const goesOn = index === 0 && shown.offset > 0;
      const isOpen = isPartial && index === logs.length - 1;
      this.#output.write((goesOn ? line.slice(shown.offset) : `#${shown.number} ${line}`) + (isOpen ? '' : '\n'));
      if (!isOpen) shown.recent = [...shown.recent, line].slice(-repeated);
    }
    const open = isPartial ? logs.at(-1) : undefined;
    vertex.logs = open === undefined ? [] : [open];
    shown.offset = open?.length ?? 0;
  }

  #end(vertex: TracedVertex, shown: Shown): void {
    this.#current = undefined;
    vertex.count = 0;
    if (vertex.isPartial) {
      this.#line('');
      shown.recent = [...shown.recent, ...vertex.logs].slice(-repeated);
    }
    const how = vertex.canceled
      ? 'CANCELED'
      : vertex.error !== ''
        ? `ERROR: ${vertex.error}`
        : vertex.cached
          ? 'CACHED'
          : `DONE ${vertex.seconds(this.#trace.now()).toFixed(1)}s`;
    this.#line(`#${shown.number} ${how}`);
  }

  #line(text: string): void {
    this.#output.write(`${text}\n`);
  }
}

/** How far a vertex has been shown. */
interface Shown {
  readonly number: number;
  warnings: number;
  /** How much of the line that goes on is there already. */
  offset: number;
  recent: string[];
}

function isWorthTelling(before: Partial<VertexStatus> | undefined, now: Partial<VertexStatus>): boolean {
  if (!before) return true;
  const { current = 0, total = 0, timestamp } = now;
  const progress = total > 0 ? (current - (before.current ?? 0)) / total : 0;
  return progress >= leastProgress || Number(timestamp ?? 0) - Number(before.timestamp ?? 0) >= turn;
}

function timeOf({ started, completed, timestamp }: Partial<VertexStatus>): string {
  const seconds = started ? (Number(completed ?? timestamp ?? started) - Number(started)) / 1000 : 0;
  return (seconds > 0.01 ? ` ${seconds.toFixed(1)}s` : '') + (completed ? ' done' : '');
}
