// Whether a stream is an archive, told by its beginning.
import { detectCompression } from '../../../lib/streams/decompress.ts';
import { peek } from '../../../lib/streams/peek.ts';
import { blockSize, isTarStart } from '../../../lib/tar/header.ts';

/** What the stream is, and the stream again from its start. Compressed data is taken for an archive, as Docker does. */
export async function peekArchive(
  stream: AsyncIterable<Uint8Array>,
): Promise<{ archive: boolean; whole: AsyncIterable<Uint8Array> }> {
  const { start, whole } = await peek(stream, blockSize);
  return { archive: detectCompression(start) !== 'none' || isTarStart(start), whole };
}
