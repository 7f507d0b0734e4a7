// What an OCI layout has that is read blob by blob, as the archive that images are loaded from.
import { createHash } from 'node:crypto';
import { invalid } from '../../../lib/errors.ts';
import { encodeTarHeader, encodeTarMember, tarEnd, tarPadding } from '../../../lib/tar/writer.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import { digestParts, parseDigest } from '../../../oci/digest.ts';
import { parseManifest } from '../../../oci/manifest.ts';
import type { BlobStore } from '../../request.ts';

/** Longest manifest, in bytes. */
const longest = 4 * 1024 * 1024;

/** The archive of an OCI layout with one image or index in it, and all that those name. Throws when something is missing. */
export async function* archiveOfLayout(
  blobs: BlobStore,
  digest: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const bytes = await manifestBytes(blobs, digest, signal);
  const top = describe(bytes, digest);
  yield encodeTarMember({ type: 'file', name: 'oci-layout' }, json({ imageLayoutVersion: '1.0.0' }));
  yield encodeTarMember({ type: 'file', name: 'index.json' }, json({ schemaVersion: 2, manifests: [top] }));
  for await (const blob of reachable(blobs, top, signal)) {
    yield encodeTarHeader({ type: 'file', name: `blobs/${blob.digest.replace(':', '/')}`, size: blob.size });
    yield* blobs.read(blob.digest, signal);
    yield tarPadding(blob.size);
  }
  yield tarEnd();
}

/** The blob itself and all that its manifests name, each once. */
async function* reachable(blobs: BlobStore, top: Descriptor, signal: AbortSignal): AsyncGenerator<Descriptor> {
  const seen = new Set<string>();
  const pending: { blob: Descriptor; isManifest: boolean }[] = [{ blob: top, isManifest: true }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { blob, isManifest } = next;
    if (seen.has(blob.digest)) continue;
    seen.add(blob.digest);
    yield blob;
    if (!isManifest) continue;
    const parsed = parseManifest(await manifestBytes(blobs, blob.digest, signal));
    if ('index' in parsed) pending.push(...parsed.index.manifests.map(one => ({ blob: one, isManifest: true })));
    else {
      const { config, layers } = parsed.manifest;
      pending.push(...[config, ...layers].map(one => ({ blob: one, isManifest: false })));
    }
  }
}

function describe(bytes: Buffer, digest: string): Descriptor {
  const { mediaType = '' } = JSON.parse(bytes.toString('utf8')) as { mediaType?: string };
  return { mediaType, digest: parseDigest(digest), size: bytes.length };
}

/** The bytes of a manifest. Throws `not-found`, `invalid` for what is too long to be one or has another digest: it could list itself. */
export async function manifestBytes(blobs: BlobStore, digest: string, signal: AbortSignal): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of blobs.read(digest, signal)) {
    size += part.length;
    if (size > longest) throw invalid(`${digest} is too long for a manifest`);
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  const { algorithm, hex } = digestParts(parseDigest(digest));
  if (createHash(algorithm).update(bytes).digest('hex') !== hex) throw invalid(`${digest} is not what it should be`);
  return bytes;
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
