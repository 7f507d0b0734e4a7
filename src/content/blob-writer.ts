// Writes a stream to a file and digests it on the way: whole megabytes at a time, the next read while the last is written.
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { BerthError, invalid } from '../lib/errors.ts';
import type { Digest, DigestAlgorithm } from '../oci/digest.ts';

export interface BlobLimits {
  expected?: Digest;
  /** The exact number of bytes. */
  size?: number;
  signal?: AbortSignal;
}

const portion = 1024 * 1024;

/**
 * Copies everything; the chunks must not change after they were yielded. Throws `invalid` for a wrong digest or size,
 * `cancelled` by the signal, and what the stream throws.
 */
export async function writeBlob(
  stream: AsyncIterable<Uint8Array>,
  file: FileHandle,
  o: BlobLimits & { algorithm: DigestAlgorithm },
): Promise<{ digest: Digest; size: number }> {
  const { expected, size: wanted, signal, algorithm } = o;
  const hash = createHash(algorithm);
  let size = 0;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let writing: Promise<void> = Promise.resolve();
  const flush = async () => {
    const [chunks, bytes] = [pending, pendingBytes];
    [pending, pendingBytes] = [[], 0];
    await writing;
    writing = writeAll(file, chunks, bytes);
    // The next flush (or the end) hears of a failure; until then it must not count as unhandled.
    writing.catch(() => {});
  };
  try {
    for await (const chunk of stream) {
      if (signal?.aborted) throw cancelled(signal);
      size += chunk.length;
      if (wanted !== undefined && size > wanted) throw invalid(`blob is larger than the expected ${wanted} bytes`);
      hash.update(chunk);
      pending.push(chunk);
      pendingBytes += chunk.length;
      if (pendingBytes >= portion) await flush();
    }
    await flush();
  } finally {
    // The caller closes the file next.
    await writing.catch(() => {});
  }
  await writing;
  if (signal?.aborted) throw cancelled(signal);
  if (wanted !== undefined && size !== wanted) throw invalid(`blob has ${size} bytes, expected ${wanted}`);
  const digest: Digest = `${algorithm}:${hash.digest('hex')}`;
  if (expected !== undefined && digest !== expected) throw invalid(`blob digest is ${digest}, expected ${expected}`);
  return { digest, size };
}

async function writeAll(file: FileHandle, chunks: Uint8Array[], bytes: number): Promise<void> {
  if (chunks.length === 0) return;
  const { bytesWritten } = await file.writev(chunks);
  if (bytesWritten === bytes) return;
  // A full disk or a signal cut it short; the rest says which.
  const rest = Buffer.concat(chunks).subarray(bytesWritten);
  for (let done = 0; done < rest.length; ) done += (await file.write(rest, done, rest.length - done)).bytesWritten;
}

function cancelled(signal: AbortSignal): BerthError {
  return new BerthError('cancelled', 'the transfer was cancelled', { cause: signal.reason });
}
