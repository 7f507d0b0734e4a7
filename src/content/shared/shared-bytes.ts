// Memory that a blob passes through on its way to the disk, for another thread that reads along.
import type { Digest } from '../../oci/digest.ts';

/** Bytes of memory that one needs: what its reader may fall behind. A multiple of `pageSize`. */
export const sharedMemorySize = 16 * 1024 * 1024;
/** What disks and memory are handed out in, at the most. */
export const pageSize = 4096;
/** The reader is told of whole ones; and so much is written to the disk at once, at the least. */
const portion = 1024 * 1024;
const largestWrite = 4 * portion;

/**
 * A ring: the byte at position p of the blob is at `p % memory.byteLength` until it is on its way to the disk and the
 * reader has taken it. One writer (`writeShared`), at most one reader, which may leave at any time.
 */
export class SharedBytes {
  readonly memory: SharedArrayBuffer;
  /** What it has become, before that is on disk; rejects when it could not be written. */
  readonly whole: Promise<{ digest: Digest; size: number }>;
  readonly #bytes: Buffer;
  readonly #end = Promise.withResolvers<{ digest: Digest; size: number }>();
  #filled = 0;
  #written = 0;
  #taken = 0;
  #ended = false;
  #failed = false;
  #failure: unknown;
  #news = Promise.withResolvers<void>();

  /** `memory`: of `sharedMemorySize`, from one that nobody writes or reads any more, if there is. */
  constructor(memory = new SharedArrayBuffer(sharedMemorySize)) {
    this.memory = memory;
    this.#bytes = Buffer.from(memory);
    this.whole = this.#end.promise;
    this.whole.catch(() => {});
  }

  /** For the reader: how many bytes there are, told in large steps and at the end. Throws what ended the writing. */
  async *sizes(): AsyncGenerator<number, void> {
    for (let told = 0; ; ) {
      if (this.#failed) throw this.#failure;
      const size = this.#ended ? this.#filled : this.#filled - (this.#filled % portion);
      if (size > told) {
        told = size;
        yield told;
      } else if (this.#ended) return;
      else await this.#news.promise;
    }
  }

  /** For the reader: it has done with so many more. */
  taken(bytes: number): void {
    this.#taken += bytes;
    this.#wake();
  }

  /** For the reader: it takes no more, and nobody waits for it. Idempotent. */
  leave(): void {
    this.#taken = Number.POSITIVE_INFINITY;
    this.#wake();
  }

  /** For the writer: takes all of `chunk` in as there is room. Throws what `fail` was told. */
  async fill(chunk: Uint8Array): Promise<void> {
    for (let rest = chunk; rest.length > 0; ) {
      if (this.#failed) throw this.#failure;
      const start = this.#filled % this.#bytes.length;
      const room = Math.min(this.#written, this.#taken) + this.#bytes.length - this.#filled;
      const length = Math.min(rest.length, room, this.#bytes.length - start);
      if (length === 0) {
        await this.#news.promise;
        continue;
      }
      this.#bytes.set(rest.subarray(0, length), start);
      rest = rest.subarray(length);
      this.#filled += length;
      this.#wake();
    }
  }

  /** For the writer: nothing more will be filled in. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** For the writer: what is next to be written and where; whole pages except at the end. Undefined when that is all. */
  async unwritten(): Promise<{ bytes: Buffer; at: number } | undefined> {
    for (;;) {
      if (this.#failed) throw this.#failure;
      const at = this.#written;
      const start = at % this.#bytes.length;
      const length = Math.min(this.#filled - at, largestWrite, this.#bytes.length - start);
      if (length >= portion) return { bytes: this.#bytes.subarray(start, start + length - (length % pageSize)), at };
      if (this.#ended) return length === 0 ? undefined : { bytes: this.#bytes.subarray(start, start + length), at };
      if (start + length === this.#bytes.length && length > 0) return { bytes: this.#bytes.subarray(start), at };
      await this.#news.promise;
    }
  }

  /** For the writer: so many of them are in the file. */
  wrote(bytes: number): void {
    this.#written += bytes;
    this.#wake();
  }

  /** For the writer: all of it is in the file. */
  complete(blob: { digest: Digest; size: number }): void {
    this.#end.resolve(blob);
  }

  /** For the writer: there will be no more. */
  fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#failure = error;
    this.#end.reject(error);
    this.#wake();
  }

  #wake(): void {
    const { resolve } = this.#news;
    this.#news = Promise.withResolvers<void>();
    resolve();
  }
}

/** In the reader's thread: the bytes as `sizes` tell of them. A chunk changes after the next was asked for: `onTaken` hears of it. */
export async function* readShared(
  memory: SharedArrayBuffer,
  sizes: AsyncIterable<number>,
  onTaken: (bytes: number) => void,
): AsyncGenerator<Buffer, void> {
  const ring = Buffer.from(memory);
  let at = 0;
  for await (const size of sizes) {
    while (at < size) {
      const start = at % ring.length;
      const chunk = ring.subarray(start, Math.min(start + size - at, start + portion, ring.length));
      yield chunk;
      at += chunk.length;
      onTaken(chunk.length);
    }
  }
}
