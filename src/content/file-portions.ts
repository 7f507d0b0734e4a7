// A file that is appended to whole megabytes at a time, the next of which comes while the last is written.
import type { FileHandle } from 'node:fs/promises';
import type { ChunkTarget } from './chunk-target.ts';

interface PortionOptions {
  /** Hears, after each write, how many bytes are in the file by now. */
  readonly onWritten?: ((total: number) => void) | undefined;
  /** Writes instead of us; returns how many bytes are in the file by now. */
  readonly append?: ((chunks: readonly Uint8Array[]) => Promise<number>) | undefined;
}

const portion = 1024 * 1024;

/** Appends to a file that stays the caller's; chunks must not change any more. */
export class FilePortions implements ChunkTarget {
  readonly #file: FileHandle;
  readonly #options: PortionOptions;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #written = 0;

  constructor(file: FileHandle, options: PortionOptions = {}) {
    this.#file = file;
    this.#options = options;
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    return this.#pendingBytes >= portion ? this.#begin() : undefined;
  }

  async flush(): Promise<void> {
    await this.#begin();
    await this.#writing;
  }

  async #begin(): Promise<void> {
    const [chunks, bytes] = [this.#pending, this.#pendingBytes];
    [this.#pending, this.#pendingBytes] = [[], 0];
    await this.#writing;
    this.#writing = this.#write(chunks, bytes);
    // The next to wait for it hears of a failure; until then it must not count as unhandled.
    this.#writing.catch(() => {});
  }

  async #write(chunks: Uint8Array[], bytes: number): Promise<void> {
    if (chunks.length === 0) return;
    const { append } = this.#options;
    if (append) this.#written = await append(chunks);
    else await this.#append(chunks, bytes);
    this.#options.onWritten?.(this.#written);
  }

  async #append(chunks: Uint8Array[], bytes: number): Promise<void> {
    const { bytesWritten } = await this.#file.writev(chunks);
    if (bytesWritten < bytes) {
      // A full disk or a signal cut it short; the rest says which.
      const rest = Buffer.concat(chunks).subarray(bytesWritten);
      for (let done = 0; done < rest.length; ) {
        done += (await this.#file.write(rest, done, rest.length - done)).bytesWritten;
      }
    }
    this.#written += bytes;
  }
}
