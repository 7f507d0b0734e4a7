// A blob that is being written, for somebody who reads along.
import type { FileHandle } from 'node:fs/promises';
import type { Digest } from '../oci/digest.ts';

const portion = 512 * 1024;

/** Stays readable when the blob is whole, under whatever name it has then. Whoever was given it closes it. */
export class GrowingBlob implements AsyncDisposable {
  /** What it has become, before that is on disk; rejects when it could not be written. */
  readonly whole: Promise<{ digest: Digest; size: number }>;
  readonly #file: FileHandle;
  readonly #end = Promise.withResolvers<{ digest: Digest; size: number }>();
  #written = 0;
  #ended = false;
  #waiting: (() => void)[] = [];

  /** `file`, open for reading, becomes its own. */
  constructor(file: FileHandle) {
    this.#file = file;
    this.whole = this.#end.promise;
    this.whole.catch(() => {});
  }

  /** Bytes there are so far. */
  get size(): number {
    return this.#written;
  }

  /** The bytes from `start` on, as they come, to the last one. Throws what ended the writing. May be called again. */
  async *read(start: number): AsyncGenerator<Buffer, void> {
    for (let position = start; ; ) {
      while (position >= this.#written && !this.#ended) {
        await new Promise<void>(resolve => this.#waiting.push(resolve));
      }
      if (position >= this.#written) return void (await this.whole);
      const wanted = Math.min(portion, this.#written - position);
      const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(wanted), 0, wanted, position);
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  /** For the writer: there are `total` bytes by now. */
  grow(total: number): void {
    this.#written = total;
    this.#wake();
  }

  /** For the writer: that was all. */
  complete(blob: { digest: Digest; size: number }): void {
    this.#end.resolve(blob);
    this.#ended = true;
    this.#wake();
  }

  /** For the writer: there will be no more. Without effect on one that is complete. */
  fail(error: unknown): void {
    this.#end.reject(error);
    this.#ended = true;
    this.#wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
