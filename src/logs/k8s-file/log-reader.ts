// Reads the files of a log on and on, as one.

import type { LogEntry } from '../driver.ts';
import type { Position } from './find-tail.ts';
import { LineParser } from './line-parser.ts';
import { closeLogFile, expandLogFile, type LogFile, openYoungerFiles, readLogFile, sizeOf } from './log-files.ts';

const chunkSize = 512 * 1024;
/** Rotated files a slow reader may keep from being given back to the disk; of more, it loses the oldest. */
const heldLimit = 32;

export class LogReader implements Disposable {
  readonly #path: string;
  readonly #parser = new LineParser();
  /** What is being read and what came after it, oldest first. */
  readonly #files: LogFile[];
  readonly #limit: number;
  readonly #grows: boolean;
  #offset = 0;

  /** Takes over `files`, oldest first; they are read as they are now unless the log `grows`. */
  constructor(path: string, files: LogFile[], grows: boolean) {
    this.#path = path;
    this.#files = [...files];
    this.#limit = files.length + heldLimit;
    this.#grows = grows;
  }

  /** Reads from there on and not from the beginning. */
  skipTo(position: Position): void {
    for (const file of this.#files.splice(0, position.file)) closeLogFile(file);
    this.#offset = position.offset;
  }

  /** Opens what has come since, so that it can be read even when it is rotated away. Synchronous. */
  capture(): void {
    this.#files.push(...openYoungerFiles(this.#path, this.#files.at(-1)?.inode));
    // The first may be in the middle of being read.
    const excess = this.#files.length - this.#limit;
    if (excess > 0) for (const file of this.#files.splice(1, excess)) closeLogFile(file);
  }

  /** Everything up to the end of the youngest file captured. */
  async *read(): AsyncGenerator<LogEntry[]> {
    for (let file = this.#files[0]; file; file = this.#files[0]) {
      // Asked before reading: to a file with a successor nothing more is written.
      const final = this.#files.length > 1;
      yield* this.#readFile(file);
      if (!final) return;
      this.#files.shift();
      closeLogFile(file);
      this.#offset = 0;
    }
  }

  /** Lines whose newline has not come. */
  flush(): LogEntry[] {
    return this.#parser.flush();
  }

  async *#readFile(file: LogFile): AsyncGenerator<LogEntry[]> {
    await expandLogFile(file);
    const size = this.#grows ? sizeOf(file) : file.size;
    // Truncated.
    if (size < this.#offset) this.#offset = 0;
    while (this.#offset < size) {
      const length = Math.min(chunkSize, size - this.#offset);
      const chunk = await readLogFile(file, this.#offset, length);
      if (chunk.length === 0) return;
      this.#offset += chunk.length;
      yield this.#parser.push(chunk);
    }
  }

  [Symbol.dispose](): void {
    for (const file of this.#files.splice(0)) closeLogFile(file);
  }
}
