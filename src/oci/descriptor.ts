// OCI descriptors and the media types of what they point to.
import { invalid } from '../lib/errors.ts';
import { sortedKeys } from '../lib/text/go-json.ts';
import { type Digest, isDigest } from './digest.ts';
import type { Platform } from './platform.ts';

/** A typed, sized pointer to a blob. `size` in bytes. */
export interface Descriptor {
  mediaType: string;
  digest: Digest;
  size: number;
  urls?: string[];
  annotations?: Record<string, string>;
  platform?: Platform;
  artifactType?: string;
  data?: string;
}

export const mediaTypes = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
  ociLayerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  ociLayerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar',
  dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  buildkitCache: 'application/vnd.buildkit.cacheconfig.v0',
} as const;

/** True for an index of either family (OCI index, Docker manifest list). */
export function isIndexType(mediaType: string | undefined): boolean {
  return mediaType === mediaTypes.ociIndex || mediaType === mediaTypes.dockerList;
}

/** True for the archive of a layer, compressed in whichever way, of either family. */
export function isLayerType(mediaType: string): boolean {
  return mediaType.startsWith(mediaTypes.ociLayer) || mediaType.startsWith(mediaTypes.dockerLayer);
}

/** True for what an index lists in caches of BuildKit's, and is no manifest: layers, and what is said of them. */
export function isCacheEntry(mediaType: string): boolean {
  return isLayerType(mediaType) || mediaType === mediaTypes.buildkitCache;
}

/** The same with its keys, its platform's and its annotations' in the order in which Go's tools write them. */
export function orderedDescriptor(descriptor: Descriptor): Descriptor {
  const { mediaType, digest, size, urls, annotations, data, platform, artifactType } = descriptor;
  return {
    ...{ mediaType, digest, size },
    ...(urls && { urls }),
    ...(annotations && Object.keys(annotations).length > 0 && { annotations: sortedKeys(annotations) }),
    ...(data !== undefined && { data }),
    ...(platform && { platform: orderedPlatform(platform) }),
    ...(artifactType !== undefined && { artifactType }),
  };
}

function orderedPlatform({ architecture, os, variant, ...more }: Platform): Platform {
  return { architecture, os, ...sortedKeys(more), ...(variant !== undefined && { variant }) };
}

/** Checks one descriptor of foreign JSON; throws `invalid` naming the key. `where` says where it stood. */
export function parseDescriptor(value: unknown, where: string): Descriptor {
  if (typeof value !== 'object' || value === null) throw invalid(`${where}: not a descriptor`);
  const { mediaType, digest, size } = value as Record<string, unknown>;
  if (typeof digest !== 'string' || !isDigest(digest))
    throw invalid(`${where}: invalid digest ${JSON.stringify(digest)}`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw invalid(`${where}: invalid size`);
  if (mediaType !== undefined && typeof mediaType !== 'string') throw invalid(`${where}: invalid mediaType`);
  return { ...(value as Descriptor), mediaType: mediaType ?? '', digest, size };
}
