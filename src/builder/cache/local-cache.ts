// A cache in a directory of whoever wants the build: images that carry what is known of their steps.
import type { Images } from '../../images/index.ts';
import { archiveOfLayout } from '../context/layout/archive-of-layout.ts';
import type { BlobStore } from '../request.ts';
import type { CacheStore } from './cache-store.ts';
import { importInline } from './inline-cache.ts';

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
  for await (const event of images.load(archiveOfLayout(blobs, digest, signal), { signal })) {
    if (event.kind !== 'image') continue;
    steps += importInline(event.image, cache);
    if (!known.has(event.image.id)) images.built.discard(event.image);
  }
  return steps;
}
