// The documents of an external cache: its configuration, and the manifest or index that leads to the blobs.

import { type Descriptor, mediaTypes } from '../../../oci/descriptor.ts';
import { sha256 } from '../../../oci/digest.ts';
import type { CacheConfig } from '../../cache/external/cache-config.ts';
import type { CacheOptions } from './cache-options.ts';
import type { DescribedCache } from './describe-cache.ts';

/** A document as a blob; a manifest is put where manifests go. */
export interface CacheDocument {
  readonly descriptor: Descriptor;
  readonly bytes: Buffer;
}

/** The same cache gives the same bytes. */
export function cacheDocuments(
  { config, blobs }: DescribedCache,
  { asImage, oci }: Pick<CacheOptions, 'asImage' | 'oci'>,
): { config: CacheDocument; manifest: CacheDocument } {
  const configuration = document(mediaTypes.buildkitCache, config satisfies CacheConfig);
  const layers = blobs.map(({ layer: { diffId, time }, blob: { descriptor } }): Descriptor => {
    const { mediaType, digest, size } = descriptor;
    const annotations: Record<string, string> = { 'containerd.io/uncompressed': diffId };
    if (time !== undefined) annotations['buildkit/createdat'] = new Date(time).toISOString();
    return { mediaType, digest, size, annotations };
  });
  const mediaType = asImage ? mediaTypes.ociManifest : oci ? mediaTypes.ociIndex : mediaTypes.dockerList;
  const content = asImage
    ? { config: configuration.descriptor, layers }
    : { manifests: [...layers, configuration.descriptor] };
  return { config: configuration, manifest: document(mediaType, { schemaVersion: 2, mediaType, ...content }) };
}

function document(mediaType: string, content: object): CacheDocument {
  const bytes = Buffer.from(JSON.stringify(content));
  return { descriptor: { mediaType, digest: sha256(bytes), size: bytes.length }, bytes };
}
