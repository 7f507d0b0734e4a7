// The line format in which conmon writes logs, as Kubernetes defined it:
// `2026-11-21T11:54:26.123456789+00:00 stdout F text`, where P instead of F marks a part without its newline.

import type { LogEntry } from '../driver.ts';

const newline = 10;
const space = 32;
const letterO = 111;
const full = 70;
const partial = 80;
/** conmon's timestamps are always this long. */
const usualTime = 35;
/** Longer lines are handed out in pieces, as Docker does, so that a line without end takes no memory without end. */
const maxLine = 16 * 1024;

/** Turns chunks of a log file into lines. Chunks are kept by reference: they must not be written to again. */
export class LineParser {
  #rest: Buffer | undefined;
  readonly #open = { stdout: new OpenLine(), stderr: new OpenLine() };

  /** The lines that are complete with this chunk, in order. */
  push(chunk: Buffer): LogEntry[] {
    const buffer = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    const entries: LogEntry[] = [];
    let start = 0;
    for (let end = buffer.indexOf(newline); end >= 0; end = buffer.indexOf(newline, start)) {
      const entry = this.#record(buffer, start, end);
      if (entry) entries.push(entry);
      start = end + 1;
    }
    this.#rest = start < buffer.length ? buffer.subarray(start) : undefined;
    return entries;
  }

  /** Lines whose newline has not come; they are taken out. */
  flush(): LogEntry[] {
    return (['stdout', 'stderr'] as const).flatMap(stream => this.#open[stream].take(stream) ?? []);
  }

  /** What stands between two newlines of the file; anything malformed is passed over. */
  #record(buffer: Buffer, start: number, end: number): LogEntry | undefined {
    const time = buffer[start + usualTime] === space ? start + usualTime : buffer.indexOf(space, start);
    const content = time + 10;
    if (time < 0 || content > end || buffer[time + 7] !== space || buffer[time + 9] !== space) return undefined;
    const stream = buffer[time + 4] === letterO ? 'stdout' : 'stderr';
    const tag = buffer[time + 8];
    const open = this.#open[stream];
    if (tag === full && open.size === 0) return new ParsedEntry(stream, buffer, start, content, end + 1);
    if (tag === full) return open.close(stream, buffer, start, buffer.subarray(content, end + 1));
    if (tag !== partial) return undefined;
    open.add(buffer, start, buffer.subarray(content, end));
    return open.size >= maxLine ? open.take(stream) : undefined;
  }
}

/** The parts of a line whose end has not come yet. */
class OpenLine {
  size = 0;
  #parts: Buffer[] = [];
  #time: { buffer: Buffer; start: number } | undefined;

  add(buffer: Buffer, start: number, part: Buffer): void {
    this.#parts.push(part);
    this.size += part.length;
    this.#time = { buffer, start };
  }

  close(stream: LogEntry['stream'], buffer: Buffer, start: number, part: Buffer): LogEntry {
    this.add(buffer, start, part);
    return this.take(stream)!;
  }

  take(stream: LogEntry['stream']): LogEntry | undefined {
    const time = this.#time;
    if (!time) return undefined;
    const data = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    this.#parts = [];
    this.size = 0;
    this.#time = undefined;
    return { stream, timeNs: parseTime(time.buffer, time.start), data };
  }
}

/** Time and data are worked out when asked for: most readers need only one of them, and some neither. */
class ParsedEntry implements LogEntry {
  readonly stream: LogEntry['stream'];
  readonly #buffer: Buffer;
  readonly #start: number;
  readonly #content: number;
  readonly #end: number;

  constructor(stream: LogEntry['stream'], buffer: Buffer, start: number, content: number, end: number) {
    this.stream = stream;
    this.#buffer = buffer;
    this.#start = start;
    this.#content = content;
    this.#end = end;
  }

  get timeNs(): bigint {
    return parseTime(this.#buffer, this.#start);
  }

  get data(): Buffer {
    return this.#buffer.subarray(this.#content, this.#end);
  }
}

/** Nanoseconds since 1970 of an RFC 3339 time at `start`; 0 for what is none. */
export function parseTime(buffer: Buffer, start: number): bigint {
  const number = (from: number, length: number) => {
    let value = 0;
    for (let i = start + from; i < start + from + length; i++) value = value * 10 + (buffer[i] ?? 0) - 48;
    return value;
  };
  const milliseconds = Date.UTC(
    number(0, 4),
    number(5, 2) - 1,
    number(8, 2),
    number(11, 2),
    number(14, 2),
    number(17, 2),
  );
  let at = start + 19;
  let nanoseconds = 0;
  if (buffer[at] === 46) {
    let scale = 1e9;
    for (at++; buffer[at]! >= 48 && buffer[at]! <= 57; at++) {
      scale /= 10;
      nanoseconds += (buffer[at]! - 48) * scale;
    }
  }
  const sign = buffer[at] === 45 ? -1 : 1;
  const offset =
    buffer[at] === 43 || buffer[at] === 45 ? sign * (number(at - start + 1, 2) * 60 + number(at - start + 4, 2)) : 0;
  if (Number.isNaN(milliseconds)) return 0n;
  return BigInt(milliseconds / 1000 - offset * 60) * 1_000_000_000n + BigInt(Math.round(nanoseconds));
}
