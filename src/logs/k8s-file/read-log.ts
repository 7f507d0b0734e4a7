// Reading a log from the disk: what is there, and what comes.

import { longestTimer } from '../../lib/concurrency/longest-timer.ts';
import type { LogEntry, ReadOptions } from '../driver.ts';
import { ChangeSignal } from './change-signal.ts';
import { findTail } from './find-tail.ts';
import type { Followers } from './followers.ts';
import { openLogFiles } from './log-files.ts';
import { LogReader } from './log-reader.ts';

/** See `LogDriver.readBatches`. A log that does not exist is empty; following one waits for it. */
export async function* readLog(path: string, options: ReadOptions, followers: Followers): AsyncGenerator<LogEntry[]> {
  const filter = lineFilter(options);
  for await (const lines of allLines(path, options, followers)) {
    const { wanted, past } = filter(lines);
    if (wanted.length > 0) yield wanted;
    if (past || options.signal?.aborted) return;
  }
}

async function* allLines(path: string, options: ReadOptions, followers: Followers): AsyncGenerator<LogEntry[]> {
  // The watch is there before the first look, or what happens in between would go unseen.
  using follower = options.follow ? new Follower(path, options) : undefined;
  const files = openLogFiles(path);
  using reader = new LogReader(path, files, options.follow);
  using _held = follower && { [Symbol.dispose]: followers.add(path, () => reader.capture()) };
  if (options.tail !== undefined) reader.skipTo(await findTail(files, options.tail));
  yield* reader.read();
  while (follower) {
    // Asked before reading: what was written before the end is then read for certain.
    const over = follower.over;
    reader.capture();
    yield* reader.read();
    if (over) break;
    await follower.changed();
  }
  yield reader.flush();
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
      this.#timer = setTimeout(end, Math.min(Math.max(wait, 0), longestTimer));
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
