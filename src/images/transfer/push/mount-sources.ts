// In which repositories of a registry a blob is known to be: from there it need not be sent.
import type { Digest } from '../../../oci/digest.ts';
import { parseReference, type Reference } from '../../../oci/reference.ts';
import type { Image } from '../../image.ts';

const most = 3;

/** Other repositories of the registry that have images with the blob, the most akin to `target` first. */
export function mountSources(digest: Digest, target: Reference, images: readonly Image[]): string[] {
  const found = new Set<string>();
  for (const image of images) {
    const sources = image.sources.filter(({ layers }) => layers.some(layer => layer.digest === digest));
    if (sources.length === 0) continue;
    for (const text of image.digests) {
      const name = parseReference(text);
      if (name.domain !== target.domain || name.path === target.path) continue;
      if (sources.some(({ manifest, index }) => [manifest.digest, index?.digest].includes(name.digest)))
        found.add(name.path);
    }
  }
  return [...found].sort((a, b) => kinship(b, target.path) - kinship(a, target.path)).slice(0, most);
}

/** Repositories that a push of `image` may want to mount from: what the token is asked for. */
export function mountRepositories(image: Image, target: Reference, images: readonly Image[]): string[] {
  const blobs = new Set(image.sources.flatMap(({ layers }) => layers.map(({ digest }) => digest)));
  return [...new Set([...blobs].flatMap(digest => mountSources(digest, target, images)))].slice(0, most);
}

/** Parts of the path that are the same: who may push here may most likely read there. */
function kinship(path: string, other: string): number {
  const parts = other.split('/');
  const different = path.split('/').findIndex((part, at) => part !== parts[at]);
  return different < 0 ? parts.length : different;
}
