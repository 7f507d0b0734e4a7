// Writes a stream to a file and digests it on the way: whole megabytes at a time, the next read while the last is written.
import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { BerthError, invalid } from '../lib/errors.ts';
import { release } from '../lib/streams/release.ts';
import type { Digest, DigestAlgorithm } from '../oci/digest.ts';
import type { DirectWrites } from './uploads/direct-writes.ts';

export interface BlobLimits {
  expected?: Digest;
  /** The exact number of bytes. */
  size?: number;
  signal?: AbortSignal;
  /** Hears, after each write, how many bytes are in the file by now. */
  onWritten?: ((total: number) => void) | undefined;
}

const portion = 1024 * 1024;

/**
 * Copies everything; the chunks must not change after they were yielded. Throws `invalid` for a wrong digest or size,
 * `cancelled` by the signal, and what the stream throws.
 */
export async function writeBlob(
  stream: AsyncIterable<Uint8Array>,
  file: FileHandle,
  o: BlobLimits & Pick<WriterOptions, 'append' | 'onTaken'> & { algorithm: DigestAlgorithm },
): Promise<{ digest: Digest; size: number }> {
  const { expected, algorithm } = o;
  const hash = createHash(algorithm);
  const writer = new StreamWriter(file, hash, o);
  await writer.copy(stream, o);
  const digest: Digest = `${algorithm}:${hash.digest('hex')}`;
  if (expected !== undefined && digest !== expected) throw invalid(`blob digest is ${digest}, expected ${expected}`);
  return { digest, size: writer.taken };
}

interface WriterOptions {
  /** Is given each chunk as soon as it was taken from the stream. */
  readonly onTaken?: ((chunk: Uint8Array) => void) | undefined;
  /** Hears, after each write, how many bytes are in the file by now. */
  readonly onWritten?: ((total: number) => void) | undefined;
  /** Writes each chunk when it comes, and frees its memory: nobody has to wait for the garbage collector. */
  readonly direct?: DirectWrites | undefined;
  /** Writes instead of us; returns how many bytes are in the file by now. */
  readonly append?: ((chunks: readonly Uint8Array[]) => Promise<number>) | undefined;
}

/** Appends to a file that stays the caller's. */
export class StreamWriter {
  readonly #file: FileHandle;
  readonly #hash: Hash | undefined;
  readonly #options: WriterOptions;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #taken = 0;
  #written = 0;

  constructor(file: FileHandle, hash: Hash | undefined, options: WriterOptions = {}) {
    this.#file = file;
    this.#hash = hash;
    this.#options = options;
  }

  /** Bytes taken from the stream and digested. */
  get taken(): number {
    return this.#taken;
  }

  /** Bytes in the file; after `copy` less than `taken` only when writing failed. */
  get written(): number {
    return this.#written;
  }

  /**
   * Copies everything. What came before the stream failed is in the file too. Throws `invalid` for a wrong size,
   * `cancelled` by the signal, what the stream throws and what writing throws.
   */
  async copy(
    stream: AsyncIterable<Uint8Array>,
    { size, signal }: { size?: number; signal?: AbortSignal },
  ): Promise<void> {
    try {
      for await (const chunk of stream) {
        if (signal?.aborted) throw cancelled(signal);
        if (size !== undefined && this.#taken + chunk.length > size) {
          throw invalid(`blob is larger than the expected ${size} bytes`);
        }
        this.#taken += chunk.length;
        this.#options.onTaken?.(chunk);
        this.#hash?.update(chunk);
        if (this.#options.direct) await this.#writeThrough(chunk, this.#options.direct);
        else await this.#writeBehind(chunk);
      }
      await this.#flush();
    } catch (error) {
      await this.#flush().catch(() => {});
      // The caller closes the file next.
      await this.#writing.catch(() => {});
      throw error;
    }
    await this.#writing;
    if (signal?.aborted) throw cancelled(signal);
    if (size !== undefined && this.#taken !== size) throw invalid(`blob has ${this.#taken} bytes, expected ${size}`);
  }

  async #writeThrough(chunk: Uint8Array, direct: DirectWrites): Promise<void> {
    const later = direct.write(this.#file, chunk);
    if (later) await later;
    this.#written += chunk.length;
    this.#options.onWritten?.(this.#written);
    release(chunk);
  }

  async #writeBehind(chunk: Uint8Array): Promise<void> {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes >= portion) await this.#flush();
  }

  async #flush(): Promise<void> {
    const [chunks, bytes] = [this.#pending, this.#pendingBytes];
    [this.#pending, this.#pendingBytes] = [[], 0];
    await this.#writing;
    this.#writing = this.#write(chunks, bytes);
    // The next flush (or the end) hears of a failure; until then it must not count as unhandled.
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

function cancelled(signal: AbortSignal): BerthError {
  return new BerthError('cancelled', 'the transfer was cancelled', { cause: signal.reason });
}
