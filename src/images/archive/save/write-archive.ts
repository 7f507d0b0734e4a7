// The bytes of `docker save`: one tar that is a docker-archive and an OCI layout at once, as Docker writes it since 25.
import type { ContentStore } from '../../../content/index.ts';
import { encodeTarHeader, encodeTarMember, tarEnd, tarPadding } from '../../../lib/tar/writer.ts';
import type { Digest } from '../../../oci/digest.ts';
import { blobPath } from '../oci-layout.ts';
import type { ArchivedBlob, ArchivePlan } from './plan-archive.ts';

/**
 * Streams the archive, the same bytes every time. A lease keeps what it needs from the first byte to the last, whatever
 * is removed meanwhile; throws `not-found` for a blob that went before. Nothing is compressed: blobs are as they came.
 */
export async function* writeArchive(
  { keep, blobs, documents }: ArchivePlan,
  content: ContentStore,
): AsyncGenerator<Buffer, void> {
  using lease = content.pins.lease();
  lease.keep(...keep);
  const paths = [...blobs.keys()].sort();
  yield Buffer.concat(folders(paths).map(name => encodeTarMember({ type: 'directory', name })));
  for (const digest of paths) {
    const { size, open } = blobs.get(digest) as ArchivedBlob;
    yield encodeTarHeader({ type: 'file', name: blobPath({ digest }), size });
    yield* open ? open() : (content.read(digest) as AsyncIterable<Buffer>);
    const padding = tarPadding(size);
    if (padding.length > 0) yield padding;
  }
  for (const [name, bytes] of documents) yield encodeTarMember({ type: 'file', name }, bytes);
  yield tarEnd();
}

function folders(digests: readonly Digest[]): string[] {
  const algorithms = new Set(digests.map(digest => digest.slice(0, digest.indexOf(':'))));
  return digests.length === 0 ? [] : ['blobs/', ...[...algorithms].map(algorithm => `blobs/${algorithm}/`)];
}
