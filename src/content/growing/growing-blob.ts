// A blob that is being written, for somebody who reads along.
import type { FileHandle } from 'node:fs/promises';
import type { Digest } from '../../oci/digest.ts';
import { readPortion } from './growing-file.ts';
import { RecentBytes } from './recent-bytes.ts';

/**
 * Stays readable when the blob is whole, under whatever name it has then. Who keeps up reads from memory, others from the
 * file. Whoever was given it closes it.
 */
export class GrowingBlob implements AsyncDisposable {
  /** What it has become, before that is on disk; rejects when it could not be written. */
  readonly whole: Promise<{ digest: Digest; size: number }>;
  readonly #file: FileHandle;
  readonly #end = Promise.withResolvers<{ digest: Digest; size: number }>();
  readonly #recent = new RecentBytes();
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
    return this.#recent.size;
  }

  /** The bytes from `start` on, as they come, to the last one. Throws what ended the writing. May be called again. */
  async *read(start: number): AsyncGenerator<Uint8Array, void> {
    for (let at = start; ; ) {
      const recent = this.#recent.from(at);
      if (recent) {
        yield recent;
        at += recent.length;
      } else if (at < this.#written) {
        const portion = await readPortion(this.#file.fd, at, this.#written);
        if (portion.length === 0) throw new Error(`the file ends after ${at} bytes`);
        yield portion;
        at += portion.length;
      } else if (this.#ended) return void (await this.whole);
      else await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
  }

  /** For the writer: these bytes come next, and stay as they are. */
  add(bytes: Uint8Array): void {
    this.#recent.add(bytes);
    this.#wake();
  }

  /** For the writer: the first `total` bytes are in the file by now. */
  grow(total: number): void {
    this.#written = total;
    this.#recent.forget(total);
  }

  /** For the writer: that was all, and it is in the file. */
  complete(blob: { digest: Digest; size: number }): void {
    this.grow(blob.size);
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
