// `--progress tty`: a picture of the build that is drawn again and again in its place (BuildKit's progressui).
import type { StatusResponse } from '../../api/buildkit/control.ts';
import type { Output } from '../io.ts';
import { BuildTrace, type TracedVertex } from './build-trace.ts';
import { progressCounts } from './bytes.ts';
import { type DisplayColors, readColors } from './colors.ts';
import { errorLogs } from './error-logs.ts';

/** Drawn at least and at most this often, in milliseconds. */
const longestPause = 150;
const shortestPause = 100;
const rowsOfOutput = 6;
const csi = (code: string) => `\x1b[${code}`;

/** A row of the picture. */
interface Row {
  readonly name: string;
  readonly status: string;
  /** Undefined: not begun. */
  readonly seconds: number;
  readonly isCompleted: boolean;
  readonly color: string | undefined;
  readonly vertex?: TracedVertex;
}

export class TerminalDisplay {
  readonly #output: Pick<Output, 'write' | 'size'>;
  readonly #trace = new BuildTrace();
  readonly #builder: string;
  readonly #colors: DisplayColors;
  readonly #startedAt = Date.now();
  #lines = 0;
  #drawn = false;
  #lastDrawing = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    output: Pick<Output, 'write' | 'size'>,
    options: { builder: string; environment: Readonly<Record<string, string | undefined>> },
  ) {
    this.#output = output;
    this.#builder = options.builder;
    this.#colors = readColors(options.environment);
    this.#timer = setInterval(() => this.#draw(false), longestPause);
    this.#draw(false);
  }

  update(news: StatusResponse): void {
    this.#trace.update(news);
    if (Date.now() - this.#lastDrawing >= shortestPause) this.#draw(false);
  }

  finish(): void {
    clearInterval(this.#timer);
    this.#draw(true);
    this.#output.write(errorLogs(this.#trace, vertex => vertex.logs));
  }

  /** `all`: the last picture, which may be higher than the terminal. */
  #draw(all: boolean): void {
    this.#lastDrawing = Date.now();
    const { columns: width, rows: height } = this.#output.size() ?? { columns: 80, rows: 24 };
    const rows = this.#rows();
    const withOutput = all ? new Set<TracedVertex>() : roomForOutput(rows, height);
    const hidden = [...withOutput].reduce((sum, { tail }) => sum + tail.lines().length, 0);
    const shown = all ? rows : fitting(rows, height - 2 - hidden);
    const body = shown.flatMap(row => {
      const line = this.#row(row, width);
      if (line === undefined) return [];
      const tail = row.vertex && withOutput.has(row.vertex) ? row.vertex.tail.lines() : [];
      const room = width - 10;
      return [line, ...tail.map(text => `${csi('2m')} => => # ${text.slice(0, room).padEnd(room)}\n${csi('0m')}`)];
    });
    const up = csi('1A').repeat(this.#lines + (this.#drawn ? 1 : 0));
    const left = Math.max(0, this.#lines - body.length);
    const erased = left > 0 ? `${`${' '.repeat(width)}\n`.repeat(left)}${csi('1A').repeat(left)}${csi('0G')}` : '';
    this.#output.write(
      `${up}${csi('0G')}${csi('?25l')}${this.#title(width, all)}${body.join('')}${erased}${csi('?25h')}`,
    );
    this.#lines = body.length;
    this.#drawn = true;
  }

  #title(width: number, all: boolean): string {
    const { completed, total } = this.#trace;
    const seconds = (Date.now() - this.#startedAt) / 1000;
    const finished = all && completed > 0 && completed === total ? 'FINISHED' : '';
    return align(
      `[+] Building ${seconds.toFixed(1)}s (${completed}/${total}) ${finished}`,
      `${this.#builder}\n`,
      width,
    );
  }

  #rows(): Row[] {
    const now = this.#trace.now();
    return this.#trace.vertexes.flatMap(vertex => {
      const { canceled, error, cached } = vertex;
      const failed = error !== '' && !canceled;
      const prefix = `${cached ? 'CACHED ' : ''}${canceled ? 'CANCELED ' : failed ? 'ERROR ' : ''}`;
      const color = canceled ? this.#colors.cancel : failed ? this.#colors.error : this.#colors.run;
      const own: Row = {
        name: prefix + vertex.name.replaceAll('\t', ' '),
        status: '',
        seconds: vertex.seconds(now),
        isCompleted: vertex.isCompleted,
        color,
        vertex,
      };
      const parts = [...vertex.statuses].map(
        ([id, status]): Row => ({
          name: `=> ${id}`,
          status: progressCounts(status),
          seconds: (Number(status.completed ?? now) - Number(status.started ?? now)) / 1000,
          isCompleted: status.completed !== undefined,
          color: this.#colors.run,
        }),
      );
      const warnings = vertex.warnings.map(
        ({ short }): Row => ({
          name: `WARN: ${Buffer.from(short ?? []).toString()}`,
          status: '',
          seconds: own.seconds,
          isCompleted: false,
          color: undefined,
        }),
      );
      return [own, ...parts, ...warnings];
    });
  }

  /** Undefined where there is no room for it. */
  #row({ name, status, seconds, isCompleted, color }: Row, width: number): string | undefined {
    const prefix = ' => ';
    const timer = ` ${(seconds < 0.05 ? 0 : seconds).toFixed(1)}s\n`;
    let left = width - prefix.length - timer.length - 1;
    const showStatus = status !== '' && left + status.length > 20;
    if (showStatus) left -= status.length + 1;
    if (left < 12) return undefined;
    const line = align(`${prefix}${name.slice(0, left)}${showStatus ? ` ${status}` : ''}`, timer, width);
    return isCompleted && color !== undefined ? `${color}${line}${csi('0m')}` : line;
  }
}

function align(left: string, right: string, width: number): string {
  return `${left.padEnd(width - right.length - 1)} ${right}`;
}

/** The vertices whose output fits on the screen, those with most of it first. */
function roomForOutput(rows: readonly Row[], height: number): Set<TracedVertex> {
  const running = rows.filter(({ isCompleted }) => !isCompleted);
  const candidates = running.flatMap(({ vertex }) => (vertex && vertex.tail.written > 0 ? [vertex] : []));
  const chosen = new Set<TracedVertex>();
  const each = rowsOfOutput + 3;
  let free = height - 2 - running.length;
  for (const vertex of candidates.sort((a, b) => b.tail.written - a.tail.written)) {
    if (free <= each) break;
    chosen.add(vertex);
    free -= each;
  }
  return chosen;
}

/** The last rows that fit, and before all those that are under way. */
function fitting(rows: readonly Row[], limit: number): readonly Row[] {
  if (limit < 0) return [];
  if (rows.length <= limit) return rows;
  const visible = rows.slice(rows.length - limit);
  const open = rows.slice(0, rows.length - limit).filter(({ isCompleted }) => !isCompleted);
  let places = open.length;
  const kept = visible.filter(({ isCompleted }) => !isCompleted || places-- <= 0);
  return [...open.slice(Math.max(0, open.length - (visible.length - kept.length))), ...kept];
}
