// What a registry has by a name, said in a way that people and templates can use.

import type { FetchedManifest, Repository } from '../../distribution/index.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type Index, type Manifest, parseJson, parseManifest } from '../../oci/manifest.ts';
import { formatPlatform, type Platform } from '../../oci/platform.ts';

/** Sizes in bytes. */
export interface ManifestDescription {
  Digest: string;
  MediaType: string;
  /** `image`, `index` of several images, or `artifact` of any other kind. */
  Kind: 'image' | 'index' | 'artifact';
  /** `linux/amd64`; empty where nothing is said. */
  Platforms: string[];
  /** Of what one has to download: configuration and layers. Unknown for an index. */
  Size?: number;
  ArtifactType?: string;
  /** When the image was made, as its configuration says. */
  Created?: string;
  /** What its containers start with. */
  Config?: unknown;
  Layers?: Descriptor[];
  /** The members of an index. */
  Manifests?: Descriptor[];
  Annotations?: Record<string, string>;
}

/** Describes a manifest; the configuration of an image is fetched for it with `withConfig`. */
export async function describeManifest(
  repository: Repository,
  { descriptor, bytes }: FetchedManifest,
  { withConfig }: { withConfig: boolean },
): Promise<ManifestDescription> {
  const parsed = parseManifest(bytes);
  const known = { Digest: descriptor.digest, MediaType: descriptor.mediaType };
  if ('index' in parsed) return { ...known, ...describeIndex(parsed.index) };
  const { manifest } = parsed;
  const described = { ...known, ...describeOne(manifest) };
  if (!withConfig || described.Kind !== 'image') return described;
  const config = parseJson(await repository.blobBytes(manifest.config), 'image config') as Partial<Platform> & {
    created?: string;
    config?: unknown;
  };
  const { os = '', architecture = '', variant, created } = config;
  const platform = formatPlatform({ os, architecture, ...(variant && { variant }) });
  return {
    ...described,
    Platforms: platform ? [platform] : [],
    ...(created && { Created: created }),
    Config: config.config ?? {},
  };
}

function describeIndex(index: Index): Omit<ManifestDescription, 'Digest' | 'MediaType'> {
  // Attestations are members of platform unknown/unknown.
  const platforms = index.manifests.flatMap(({ platform }) =>
    platform && platform.os !== 'unknown' ? [platform] : [],
  );
  return {
    Kind: 'index',
    Platforms: platforms.map(formatPlatform),
    Manifests: index.manifests,
    ...(index.annotations && { Annotations: index.annotations }),
  };
}

function describeOne(manifest: Manifest): Omit<ManifestDescription, 'Digest' | 'MediaType'> {
  const { config, layers, annotations } = manifest;
  const isImage = /\.image\.(config\.)?v1\+json$/.test(config.mediaType) && manifest.artifactType === undefined;
  const type = manifest.artifactType ?? config.mediaType;
  return {
    Kind: isImage ? 'image' : 'artifact',
    Platforms: [],
    Size: [config, ...layers].reduce((sum, { size }) => sum + size, 0),
    ...(!isImage && { ArtifactType: type }),
    Layers: layers,
    ...(annotations && { Annotations: annotations }),
  };
}
