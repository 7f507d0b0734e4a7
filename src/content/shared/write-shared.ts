// Writes a stream to a file through memory that somebody may read along, and digests it on the way.
import { createHash } from 'node:crypto';
import { BerthError, invalid } from '../../lib/errors.ts';
import type { Digest, DigestAlgorithm } from '../../oci/digest.ts';
import type { BlobLimits } from '../blob-writer.ts';
import { DirectFile } from './direct-file.ts';
import type { SharedBytes } from './shared-bytes.ts';

/**
 * As `writeBlob`, into a new file at `path`; chunks may change once the next was asked for. `through` is ended or failed
 * when this returns or throws.
 */
export async function writeShared(
  stream: AsyncIterable<Uint8Array>,
  path: string,
  through: SharedBytes,
  o: BlobLimits & { algorithm: DigestAlgorithm },
): Promise<{ digest: Digest; size: number }> {
  await using file = await DirectFile.create(path).catch((error: unknown) => {
    through.fail(error);
    throw error;
  });
  const writing = writeOut(through, file, o.onWritten);
  writing.catch((error: unknown) => through.fail(error));
  try {
    const hash = createHash(o.algorithm);
    const size = await fill(stream, through, { ...o, onChunk: chunk => hash.update(chunk) });
    await writing;
    const digest: Digest = `${o.algorithm}:${hash.digest('hex')}`;
    if (o.expected !== undefined && digest !== o.expected) {
      throw invalid(`blob digest is ${digest}, expected ${o.expected}`);
    }
    through.complete({ digest, size });
    return { digest, size };
  } catch (error) {
    through.fail(error);
    // The file is closed next.
    await writing.catch(() => {});
    throw error;
  }
}

async function fill(
  stream: AsyncIterable<Uint8Array>,
  through: SharedBytes,
  { size, signal, onChunk }: BlobLimits & { onChunk: (chunk: Uint8Array) => void },
): Promise<number> {
  const stop = () => {
    if (signal?.aborted) throw new BerthError('cancelled', 'the transfer was cancelled', { cause: signal.reason });
  };
  let taken = 0;
  for await (const chunk of stream) {
    stop();
    taken += chunk.length;
    if (size !== undefined && taken > size) throw invalid(`blob is larger than the expected ${size} bytes`);
    onChunk(chunk);
    await through.fill(chunk);
  }
  stop();
  if (size !== undefined && taken !== size) throw invalid(`blob has ${taken} bytes, expected ${size}`);
  through.end();
  return taken;
}

async function writeOut(from: SharedBytes, file: DirectFile, onWritten?: (total: number) => void): Promise<void> {
  for (let piece = await from.unwritten(); piece; piece = await from.unwritten()) {
    await file.write(piece.bytes, piece.at);
    from.wrote(piece.bytes.length);
    onWritten?.(piece.at + piece.bytes.length);
  }
}
