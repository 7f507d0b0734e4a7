// The blobs that were here before an archive came: most of them are layers by now, and not worth extracting again.
import type { ContentStore } from '../../content/index.ts';
import { type Digest, isDigest } from '../../oci/digest.ts';

/** Of one archive, made before any of it is taken in. */
export class BlobsBefore {
  readonly #content: ContentStore;
  readonly #digests: ReadonlySet<Digest>;
  #sizes: ReadonlySet<number> | undefined;

  constructor(content: ContentStore) {
    this.#content = content;
    this.#digests = new Set(content.list());
  }

  has(digest: Digest): boolean {
    return this.#digests.has(digest);
  }

  /**
   * Whether a file of the archive may be one of them, before its bytes are here: archives name files by their digest
   * (`blobs/sha256/<hex>`, `<hex>.tar`), and where one does not, hardly two layers have the same size.
   */
  mayHave(path: string, size: number): boolean {
    const digest = `sha256:${/[0-9a-f]{64}/.exec(path)?.[0]}`;
    if (isDigest(digest) && this.has(digest)) return true;
    this.#sizes ??= new Set([...this.#digests].map(one => this.#sizeOf(one)));
    return this.#sizes.has(size);
  }

  /** One that was removed since has none. */
  #sizeOf(digest: Digest): number {
    return this.#content.has(digest) ? this.#content.size(digest) : -1;
  }
}
