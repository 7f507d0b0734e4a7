// Output to a file descriptor that loses nothing: one write at a time, in order, never through process.stdout.

import { write, writev } from 'node:fs';
import { errorCode } from '../../lib/errors.ts';
import type { Output } from '../io.ts';
import { isTerminal } from '../terminal/is-terminal.ts';

const highWater = 256 * 1024;
/** Pieces written at once: half of what the kernel takes. */
const mostPieces = 512;

/** Writes to `fd`. process.stdout would leave O_NONBLOCK on a shared pipe and lose what is pending at exit. */
export class FdOutput implements Output {
  readonly isTerminal: boolean;
  readonly #fd: number;
  readonly #size: () => { columns: number; rows: number } | undefined;
  #queue: Uint8Array[] = [];
  #queued = 0;
  #writing = false;
  #broken = false;
  #idle: (() => void)[] = [];
  #drained: (() => void)[] = [];

  constructor(fd: number, size: () => { columns: number; rows: number } | undefined) {
    this.#fd = fd;
    this.#size = size;
    this.isTerminal = isTerminal(fd);
  }

  get broken(): boolean {
    return this.#broken;
  }

  write(chunk: string | Uint8Array): boolean {
    if (this.#broken || chunk.length === 0) return true;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.#queue.push(bytes);
    this.#queued += bytes.length;
    if (!this.#writing) this.#next();
    return this.#queued < highWater;
  }

  drained(): Promise<void> {
    if (this.#queued < highWater / 2) return Promise.resolve();
    return new Promise(resolve => this.#drained.push(resolve));
  }

  flush(): Promise<void> {
    return this.#writing ? new Promise(resolve => this.#idle.push(resolve)) : Promise.resolve();
  }

  size(): { columns: number; rows: number } | undefined {
    return this.isTerminal ? this.#size() : undefined;
  }

  #next(): void {
    const chunks = this.#queue.splice(0, mostPieces);
    const [chunk] = chunks;
    this.#writing = chunk !== undefined;
    if (this.#queued < highWater / 2) for (const resolve of this.#drained.splice(0)) resolve();
    if (!chunk) {
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    const wrote = (error: unknown, written: number) => this.#wrote(chunks, error, written);
    if (chunks.length === 1) write(this.#fd, chunk, 0, chunk.length, null, wrote);
    else writev(this.#fd, chunks, wrote);
  }

  #wrote(chunks: Uint8Array[], error: unknown, written: number): void {
    if (error && errorCode(error) === 'EAGAIN') {
      this.#queue.unshift(...chunks);
      setTimeout(() => this.#next(), 5);
      return;
    }
    if (error) {
      this.#broken = true;
      this.#queue = [];
      this.#queued = 0;
      return void this.#next();
    }
    this.#queued -= written;
    this.#queue.unshift(...unwritten(chunks, written));
    this.#next();
  }
}

/** What is left of `chunks` after their first `written` bytes. */
function unwritten(chunks: readonly Uint8Array[], written: number): Uint8Array[] {
  let left = written;
  for (const [index, chunk] of chunks.entries()) {
    if (left < chunk.length) return [chunk.subarray(left), ...chunks.slice(index + 1)];
    left -= chunk.length;
  }
  return [];
}
