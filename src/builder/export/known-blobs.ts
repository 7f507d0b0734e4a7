// Which blob a layer came in, or leaves in: of base images above all, and of layers that a cache brought.
import type { Images, SettledLayer } from '../../images/index.ts';
import { type Descriptor, mediaTypes } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { CacheStore } from '../cache/cache-store.ts';

/** As it is when it is made: images that come later are not in it. */
export class KnownBlobs {
  readonly #ofImages: ReadonlyMap<string, Descriptor>;
  readonly #cache: Pick<CacheStore, 'blob' | 'putBlob'>;

  constructor({ images, cache }: { images: Pick<Images, 'list'>; cache: Pick<CacheStore, 'blob' | 'putBlob'> }) {
    this.#cache = cache;
    this.#ofImages = new Map(
      images
        .list()
        .flatMap(image => image.chainIds.map((id, index) => [id, image.layers[index] as Descriptor] as const)),
    );
  }

  /** The blob a layer has left in: the next export of it takes that. */
  remember(chainId: Digest, blob: Descriptor): void {
    this.#cache.putBlob(chainId, blob);
  }

  /** A layer without a blob is described by the archive it would be packed to. */
  of({ chainId, diffId, archiveSize, size }: SettledLayer): Descriptor {
    const known = this.#ofImages.get(chainId) ?? this.#cache.blob(chainId);
    return known ?? { mediaType: mediaTypes.ociLayer, digest: diffId, size: archiveSize ?? size };
  }
}
