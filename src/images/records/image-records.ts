// Image records: what the store keeps of an image beside its configuration blob.
import { readFileSync } from 'node:fs';
import type { ContentStore } from '../../content/index.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { type ImageConfig, parseImageConfig } from '../../oci/image-config.ts';
import type { Collection, Store } from '../../store/index.ts';

export interface ImageRecord {
  /** Blobs of the layers, bottom first. */
  layers: Descriptor[];
  parent?: Digest;
  /** RFC 3339. */
  lastTagged?: string;
}

/** Keyed by image id, which is the digest of the configuration blob. */
export class ImageRecords {
  readonly #records: Collection<ImageRecord>;
  readonly #content: ContentStore;
  /** Blobs never change, so what was parsed once stays true. */
  readonly #configs = new Map<Digest, ImageConfig>();

  constructor(deps: { store: Store; content: ContentStore }) {
    this.#records = deps.store.collection('images');
    this.#content = deps.content;
  }

  get(id: Digest): ImageRecord | undefined {
    return this.#records.get(id);
  }

  list(): { id: Digest; record: ImageRecord }[] {
    return this.#records.list().map(({ id, value }) => ({ id: id as Digest, record: value }));
  }

  put(id: Digest, record: ImageRecord): void {
    this.#records.put(id, record);
  }

  delete(id: Digest): boolean {
    this.#configs.delete(id);
    return this.#records.delete(id);
  }

  /** The configuration of an image that has a record. */
  config(id: Digest): ImageConfig {
    const known = this.#configs.get(id);
    if (known) return known;
    const config = parseImageConfig(readFileSync(this.#content.path(id)), `config of image ${id}`);
    this.#configs.set(id, config);
    return config;
  }

  /** Ids of images whose configuration blob is gone or broken. */
  damaged(): Digest[] {
    return this.list().flatMap(({ id }) => {
      try {
        this.config(id);
        return [];
      } catch {
        return [id];
      }
    });
  }

  /** Images made from this one (by commit or a build). */
  children(id: Digest): Digest[] {
    return this.list().flatMap(({ id: child, record }) => (record.parent === id ? [child] : []));
  }
}
