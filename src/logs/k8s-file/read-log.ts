// Reading a log from the disk: what is there, and what comes.

import type { LogEntry, ReadOptions } from '../driver.ts';
import { ChangeSignal } from './change-signal.ts';
import { findTail } from './find-tail.ts';
import { LineParser } from './line-parser.ts';
import { closeLogFile, type LogFile, openLogFiles, openYoungerFiles, readLogFile, sizeOf } from './log-files.ts';

const chunkSize = 512 * 1024;

/** See `LogDriver.readBatches`. A log that does not exist is empty; following one waits for it. */
export async function* readLog(path: string, options: ReadOptions): AsyncGenerator<LogEntry[]> {
  const filter = lineFilter(options);
  for await (const lines of allLines(path, options)) {
    const { wanted, past } = filter(lines);
    if (wanted.length > 0) yield wanted;
    if (past || options.signal?.aborted) return;
  }
}

async function* allLines(path: string, options: ReadOptions): AsyncGenerator<LogEntry[]> {
  using reader = new Reader();
  // The watch is there before the first look, or what happens in between would go unseen.
  using follower = options.follow ? new Follower(path, options) : undefined;
  const files = openLogFiles(path);
  reader.hold(files);
  const start = options.tail === undefined ? { file: 0, offset: 0 } : await findTail(files, options.tail);
  for (const [index, file] of files.entries()) {
    if (index < start.file) continue;
    yield* reader.read(file, index === start.file ? start.offset : 0, file.size);
  }
  if (follower) yield* follow(path, { reader, follower });
  yield reader.parser.flush();
}

async function* follow(path: string, o: { reader: Reader; follower: Follower }): AsyncGenerator<LogEntry[]> {
  for (;;) {
    // Asked before reading: what was written before the end is then read for certain.
    const over = o.follower.over;
    if (o.reader.current) yield* o.reader.readOn();
    const younger = openYoungerFiles(path, o.reader.current?.inode ?? -1);
    // Its successor exists, so nothing more will be written to the current file; but something may have been just now.
    if (younger.length > 0 && o.reader.current) yield* o.reader.readOn();
    o.reader.hold(younger);
    for (const file of younger) yield* o.reader.read(file, 0, sizeOf(file));
    if (over) return;
    if (younger.length === 0) await o.follower.changed();
  }
}

/** Reads open files on and on into one parser. */
class Reader implements Disposable {
  readonly parser = new LineParser();
  readonly #files: LogFile[] = [];
  #offset = 0;

  /** The file last read. */
  get current(): LogFile | undefined {
    return this.#files.at(-1);
  }

  /** Makes them this reader's to close, the last one being the current. */
  hold(files: LogFile[]): void {
    this.#files.push(...files);
  }

  async *read(file: LogFile, from: number, to: number): AsyncGenerator<LogEntry[]> {
    let offset = from;
    while (offset < to) {
      const chunk = await readLogFile(file, offset, Math.min(chunkSize, to - offset));
      if (chunk.length === 0) break;
      offset += chunk.length;
      yield this.parser.push(chunk);
    }
    this.#offset = offset;
  }

  /** The current file from where reading ended; from its start if it was truncated. */
  async *readOn(): AsyncGenerator<LogEntry[]> {
    const file = this.current;
    if (!file) return;
    const size = sizeOf(file);
    if (size < this.#offset) this.#offset = 0;
    if (size > this.#offset) yield* this.read(file, this.#offset, size);
  }

  [Symbol.dispose](): void {
    for (const file of this.#files.splice(0)) closeLogFile(file);
  }
}

/** Knows when there may be more, and when there will not be. */
class Follower implements Disposable {
  readonly #signal: ChangeSignal;
  readonly #abort: AbortSignal | undefined;
  readonly #onAbort: () => void;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  over = false;

  constructor(path: string, options: ReadOptions) {
    this.#signal = new ChangeSignal(path);
    const end = () => {
      this.over = true;
      this.#signal.raise();
    };
    options.ended.then(end, end);
    this.#onAbort = end;
    this.#abort = options.signal;
    this.#abort?.addEventListener('abort', end);
    if (this.#abort?.aborted) end();
    if (options.until !== undefined) {
      const wait = Number(options.until / 1_000_000n) - Date.now();
      this.#timer = setTimeout(end, Math.min(Math.max(wait, 0), 2 ** 31 - 1));
    }
  }

  changed(): Promise<void> {
    return this.#signal.wait();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#abort?.removeEventListener('abort', this.#onAbort);
    this.#signal[Symbol.dispose]();
  }
}

/** Lines outside streams and times are dropped; `past` when a line after `until` was seen. */
function lineFilter(options: ReadOptions): (lines: LogEntry[]) => { wanted: LogEntry[]; past: boolean } {
  const { since, until, stdout, stderr } = options;
  if (stdout && stderr && since === undefined && until === undefined) return wanted => ({ wanted, past: false });
  return lines => {
    const end = until === undefined ? -1 : lines.findIndex(line => line.timeNs > until);
    const before = end < 0 ? lines : lines.slice(0, end);
    const wanted = before.filter(
      line => (line.stream === 'stdout' ? stdout : stderr) && (since === undefined || line.timeNs >= since),
    );
    return { wanted, past: end >= 0 };
  };
}
