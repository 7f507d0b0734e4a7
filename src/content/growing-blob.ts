// A blob that is being written, for somebody who reads along.
import type { FileHandle } from 'node:fs/promises';
import type { Digest } from '../oci/digest.ts';
import { readGrowing } from './growing-file.ts';

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
  read(start: number): AsyncGenerator<Buffer, void> {
    return readGrowing(this.#file.fd, this.#sizes(), start);
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

  async *#sizes(): AsyncGenerator<number, void> {
    for (let told = 0; ; ) {
      if (this.#written > told) {
        told = this.#written;
        yield told;
      } else if (this.#ended) return void (await this.whole);
      else await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
