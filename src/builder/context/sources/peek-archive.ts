// Whether a stream is an archive, told by its beginning.
import { detectCompression } from '../../../lib/streams/decompress.ts';
import { blockSize, isZeroBlock, parseHeader } from '../../../lib/tar/header.ts';

/** What the stream is, and the stream again from its start. Compressed data is taken for an archive, as Docker does. */
export async function peekArchive(
  stream: AsyncIterable<Uint8Array>,
): Promise<{ archive: boolean; whole: AsyncIterable<Uint8Array> }> {
  const chunks = stream[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  let ended = false;
  while (start.length < blockSize && !ended) {
    const next = await chunks.next();
    if (next.done) ended = true;
    else start = Buffer.concat([start, next.value]);
  }
  async function* whole(): AsyncGenerator<Uint8Array, void> {
    try {
      if (start.length > 0) yield start;
      for (let next = ended ? undefined : await chunks.next(); next && !next.done; next = await chunks.next()) {
        yield next.value;
      }
    } finally {
      await chunks.return?.();
    }
  }
  return { archive: detectCompression(start) !== 'none' || isTarHeader(start), whole: whole() };
}

/** A header whose checksum is right, or the empty blocks that end an archive without members. */
function isTarHeader(start: Buffer): boolean {
  if (start.length < blockSize) return false;
  const block = start.subarray(0, blockSize);
  try {
    return isZeroBlock(block) || parseHeader(block) !== undefined;
  } catch {
    return false;
  }
}
