// Writes a stream to a file and digests it on the way.
import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { BerthError, invalid } from '../lib/errors.ts';
import type { Digest, DigestAlgorithm } from '../oci/digest.ts';
import type { ChunkTarget } from './chunk-target.ts';
import { FilePortions } from './file-portions.ts';

export interface BlobLimits {
  expected?: Digest;
  /** The exact number of bytes. */
  size?: number;
  signal?: AbortSignal;
  /** Hears, after each write, how many bytes are in the file by now. */
  onWritten?: ((total: number) => void) | undefined;
}

interface BlobWriting extends BlobLimits {
  readonly algorithm: DigestAlgorithm;
  /** Is given each chunk as soon as it was taken from the stream. */
  readonly onTaken?: ((chunk: Uint8Array) => void) | undefined;
  /** Writes instead of us; returns how many bytes are in the file by now. */
  readonly append?: ((chunks: readonly Uint8Array[]) => Promise<number>) | undefined;
}

/**
 * Copies everything; the chunks must not change after they were yielded. Throws `invalid` for a wrong digest or size,
 * `cancelled` by the signal, and what the stream throws.
 */
export async function writeBlob(
  stream: AsyncIterable<Uint8Array>,
  file: FileHandle,
  o: BlobWriting,
): Promise<{ digest: Digest; size: number }> {
  const { expected, algorithm } = o;
  const hash = createHash(algorithm);
  const copy = new StreamCopy(new FilePortions(file, o), { hash, onTaken: o.onTaken });
  await copy.run(stream, o);
  const digest: Digest = `${algorithm}:${hash.digest('hex')}`;
  if (expected !== undefined && digest !== expected) throw invalid(`blob digest is ${digest}, expected ${expected}`);
  return { digest, size: copy.taken };
}

/** One stream on its way to its target. */
export class StreamCopy {
  readonly #target: ChunkTarget;
  readonly #hash: Hash | undefined;
  readonly #onTaken: ((chunk: Uint8Array) => void) | undefined;
  #taken = 0;

  constructor(target: ChunkTarget, { hash, onTaken }: { hash: Hash | undefined } & Pick<BlobWriting, 'onTaken'>) {
    this.#target = target;
    this.#hash = hash;
    this.#onTaken = onTaken;
  }

  /** Bytes taken from the stream and digested. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * Copies everything. What came before the stream failed is in the file too. Throws `invalid` for a wrong size,
   * `cancelled` by the signal, what the stream throws and what writing throws.
   */
  async run(
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
        this.#onTaken?.(chunk);
        this.#hash?.update(chunk);
        const later = this.#target.write(chunk);
        if (later) await later;
      }
      await this.#target.flush();
    } catch (error) {
      // The caller closes the file next.
      await this.#target.flush().catch(() => {});
      throw error;
    }
    if (signal?.aborted) throw cancelled(signal);
    if (size !== undefined && this.#taken !== size) throw invalid(`blob has ${this.#taken} bytes, expected ${size}`);
  }
}

function cancelled(signal: AbortSignal): BerthError {
  return new BerthError('cancelled', 'the transfer was cancelled', { cause: signal.reason });
}
