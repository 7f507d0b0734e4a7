// Images and their platforms as `images --tree` shows them: what stands in which row.

import type { ImageManifestSummary, ImageSummary } from '../../api/types/images.ts';
import { humanSize } from '../../lib/text/units.ts';
import { formatPlatform } from '../../oci/platform.ts';

/** What stands beside a name. */
export interface TreeDetails {
  id: string;
  diskUsage: string;
  contentSize: string;
  /** A container uses it. */
  used: boolean;
}

/** An image with all of its names; `untagged` when it has none but the one that says so. */
export interface TreeImage extends TreeDetails {
  names: string[];
  untagged: boolean;
  platforms: TreePlatform[];
}

interface TreePlatform extends TreeDetails {
  platform: string;
  /** Its content is here. */
  available: boolean;
}

/** Newest first; images without any name only with `all`. */
export function treeView(images: readonly ImageSummary[], { all }: { all: boolean }): TreeImage[] {
  return images
    .filter(image => all || !isDangling(image))
    .toSorted((a, b) => b.Created - a.Created)
    .map(treeImage);
}

function isDangling({ RepoTags, RepoDigests }: ImageSummary): boolean {
  const tags = RepoTags ?? [];
  const digests = RepoDigests ?? [];
  if (tags.length === 0 && digests.length === 0) return true;
  return tags.length === 1 && tags[0] === '<none>:<none>' && digests.length === 1 && digests[0] === '<none>@<none>';
}

function treeImage(image: ImageSummary): TreeImage {
  const manifests = (image.Manifests ?? []).filter(manifest => manifest.Kind === 'image');
  const platforms = manifests.map(treePlatform);
  const names = (image.RepoTags ?? []).toSorted((a, b) => b.length - a.length);
  return {
    names: names.length > 0 ? names : ['<untagged>'],
    untagged: names.length === 0,
    id: image.Id,
    diskUsage: humanSize(image.Size, 3),
    contentSize: humanSize(sum((image.Manifests ?? []).map(manifest => manifest.Size.Content)), 3),
    used: image.Containers > 0 || platforms.some(({ used }) => used),
    platforms,
  };
}

function treePlatform(manifest: ImageManifestSummary): TreePlatform {
  const { Platform, Containers } = manifest.ImageData ?? {};
  return {
    platform: Platform ? formatPlatform(Platform) : 'unknown',
    available: manifest.Available,
    id: manifest.ID,
    diskUsage: humanSize(manifest.Size.Total, 3),
    contentSize: humanSize(manifest.Size.Content, 3),
    used: (Containers ?? []).length > 0,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
