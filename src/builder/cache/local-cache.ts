// A cache in a directory of whoever wants the build: images that carry what is known of their steps.
import type { Images } from '../../images/index.ts';
import { encodeTarHeader, encodeTarMember, tarEnd, tarPadding } from '../../lib/tar/writer.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { parseDigest } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import type { BlobStore } from '../request.ts';
import type { CacheStore } from './cache-store.ts';
import { importInline } from './inline-cache.ts';

/** Longest manifest, in bytes. */
const longest = 4 * 1024 * 1024;

export interface LocalCacheDeps {
  readonly images: Images;
  readonly cache: CacheStore;
}

/** Takes over what the image or index `digest` brings; returns how many steps that are. Throws when it is not whole. */
export async function importLocalCache(
  blobs: BlobStore,
  digest: string,
  { images, cache, signal }: LocalCacheDeps & { signal: AbortSignal },
): Promise<number> {
  const known = new Set(images.list().map(({ id }) => id));
  let steps = 0;
  for await (const event of images.load(layoutOf(blobs, digest, signal), { signal })) {
    if (event.kind !== 'image') continue;
    steps += importInline(event.image, cache);
    if (!known.has(event.image.id)) images.built.discard(event.image);
  }
  return steps;
}

/** The archive of an OCI layout with one image or index in it. */
async function* layoutOf(blobs: BlobStore, digest: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const bytes = await whole(blobs, digest, signal);
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
    const parsed = parseManifest(await whole(blobs, blob.digest, signal));
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

async function whole(blobs: BlobStore, digest: string, signal: AbortSignal): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of blobs.read(digest, signal)) {
    size += part.length;
    if (size > longest) throw new Error(`${digest} is too long for a manifest`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
