// Places that caches are read from: registries, directories of clients, images that are here.
import type { Image, Images, Repository } from '../../../images/index.ts';
import { notFound } from '../../../lib/errors.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import { parseDigest } from '../../../oci/digest.ts';
import { formatReference, parseReference, withDefaultTag } from '../../../oci/reference.ts';
import type { BlobStore, CacheReference, RegistryCredentials } from '../../request.ts';
import { inlineCacheKey } from './cache-config.ts';
import { type CachePlace, type ReadCache, readCache, readInline } from './read-cache.ts';

interface PlaceOptions {
  readonly images: Images;
  readonly credentials?:
    | ((registry: string, signal: AbortSignal) => Promise<RegistryCredentials | undefined>)
    | undefined;
  readonly signal: AbortSignal;
}

/** Longest manifest, in bytes. */
const longest = 4 * 1024 * 1024;

/** What a cache is called while it is imported. */
export function placeName({ type, attributes }: CacheReference): string {
  const place = attributes.ref ?? attributes.src ?? attributes.digest;
  if (type === 'registry' && place !== undefined) return place;
  return place === undefined ? type : `${type}:${place}`;
}

/** What a cache knows. Throws in BuildKit's words when it cannot be had. */
export async function importCache(reference: CacheReference, o: PlaceOptions): Promise<ReadCache> {
  const { type, attributes, blobs } = reference;
  if (type === 'registry') {
    if (!attributes.ref) throw notFound('registry cache importer requires ref');
    return importHere(attributes.ref, o) ?? (await importFromRegistry(attributes.ref, o));
  }
  if (type !== 'local') throw notFound(`unknown cache importer: ${type}`);
  if (!blobs || !attributes.digest) throw notFound('local cache importer requires either explicit digest or a client');
  const place = clientPlace(blobs, placeName(reference));
  const digest = parseDigest(attributes.digest);
  return await readCache(await inMemory(blobs.read(digest, o.signal)), place, o.signal);
}

/** An image of that name that is here, and says something of its steps. */
function importHere(name: string, { images }: PlaceOptions): ReadCache | undefined {
  const image = images.find(name);
  if (!image || !(inlineCacheKey in image.config)) return undefined;
  const layers = image.layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size }));
  return readInline(image.config, layers, herePlace(image, name, images));
}

async function importFromRegistry(text: string, { images, credentials, signal }: PlaceOptions): Promise<ReadCache> {
  const reference = withDefaultTag(parseReference(text));
  const known = await credentials?.(reference.domain, signal);
  const repository = images.transfers.repository(reference, { credentials: known, actions: ['pull'] });
  const { bytes } = await repository.manifest(reference.digest ?? reference.tag ?? 'latest', { signal });
  return await readCache(bytes, registryPlace(repository, formatReference(reference)), signal);
}

function registryPlace(repository: Repository, name: string): CachePlace {
  return {
    name,
    manifest: async ({ digest }, signal) => (await repository.manifest(digest, { signal })).bytes,
    blob: ({ digest, size }, signal) => repository.blob(digest, { size, signal }),
  };
}

function clientPlace(blobs: BlobStore, name: string): CachePlace {
  return {
    name,
    manifest: ({ digest }, signal) => inMemory(blobs.read(digest, signal)),
    blob: ({ digest }, signal) => blobs.read(digest, signal),
  };
}

function herePlace(image: Image, name: string, images: Images): CachePlace {
  const { layers } = images.built;
  return {
    name,
    manifest: () => Promise.reject(notFound(`${name} has no manifest here`)),
    blob: ({ digest }: Descriptor) =>
      layers.open(
        image,
        image.layers.findIndex(layer => layer.digest === digest),
      ),
  };
}

async function inMemory(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of source) {
    size += part.length;
    if (size > longest) throw new Error('what should be a manifest is too long for one');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
