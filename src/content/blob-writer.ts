// Writes a stream to a file and digests it on the way: whole megabytes at a time, the next read while the last is written.
import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { BerthError, invalid } from '../lib/errors.ts';
import type { Digest, DigestAlgorithm } from '../oci/digest.ts';

export interface BlobLimits {
  expected?: Digest;
  /** The exact number of bytes. */
  size?: number;
  signal?: AbortSignal;
  /** Hears, after each write, how many bytes are in the file by now. */
  onWritten?: ((total: number) => void) | undefined;
}

const portion = 1024 * 1024;
// Of chunks that are freed when they are written: whoever wants that wants little memory.
const smallPortion = 256 * 1024;

/**
 * Copies everything; the chunks must not change after they were yielded. Throws `invalid` for a wrong digest or size,
 * `cancelled` by the signal, and what the stream throws.
 */
export async function writeBlob(
  stream: AsyncIterable<Uint8Array>,
  file: FileHandle,
  o: BlobLimits & { algorithm: DigestAlgorithm },
): Promise<{ digest: Digest; size: number }> {
  const { expected, algorithm, onWritten } = o;
  const hash = createHash(algorithm);
  const writer = new StreamWriter(file, hash, onWritten ? { onWritten } : {});
  await writer.copy(stream, o);
  const digest: Digest = `${algorithm}:${hash.digest('hex')}`;
  if (expected !== undefined && digest !== expected) throw invalid(`blob digest is ${digest}, expected ${expected}`);
  return { digest, size: writer.taken };
}

export interface WriterOptions {
  /** Hears, after each write, how many bytes are in the file by now. */
  readonly onWritten?: (total: number) => void;
  /** Frees the memory of chunks that are written, so that nobody has to wait for the garbage collector. */
  readonly consume?: boolean;
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
        this.#take(chunk);
        if (this.#pendingBytes >= (this.#options.consume ? smallPortion : portion)) await this.#flush();
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

  #take(chunk: Uint8Array): void {
    this.#taken += chunk.length;
    this.#hash?.update(chunk);
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
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
    const { bytesWritten } = await this.#file.writev(chunks);
    if (bytesWritten < bytes) {
      // A full disk or a signal cut it short; the rest says which.
      const rest = Buffer.concat(chunks).subarray(bytesWritten);
      for (let done = 0; done < rest.length; ) {
        done += (await this.#file.write(rest, done, rest.length - done)).bytesWritten;
      }
    }
    this.#written += bytes;
    this.#options.onWritten?.(this.#written);
    if (this.#options.consume) for (const chunk of chunks) release(chunk);
  }
}

/** Only what is nobody else's: a chunk that is a part of something larger stays. */
function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

function cancelled(signal: AbortSignal): BerthError {
  return new BerthError('cancelled', 'the transfer was cancelled', { cause: signal.reason });
}
