// Giving names to images, with what follows for their records.
import type { Digest } from '../../oci/digest.ts';
import type { Reference } from '../../oci/reference.ts';
import type { Store } from '../../store/index.ts';
import type { ImageNames } from './image-names.ts';
import type { ImageRecords } from './image-records.ts';
import { type NewImage, recordImage } from './register-image.ts';

/** Every change is one transaction. */
export class Naming {
  readonly #store: Store;
  readonly #records: ImageRecords;
  readonly #names: ImageNames;

  constructor(deps: { store: Store; records: ImageRecords; names: ImageNames }) {
    this.#store = deps.store;
    this.#records = deps.records;
    this.#names = deps.names;
  }

  /** Names an image as somebody asked for, which counts as its last tagging; pulls and loads do not. Throws `invalid`. */
  tag(id: Digest, name: Reference): void {
    this.#store.transaction(() => {
      this.name(id, name);
      const record = this.#records.get(id);
      if (record) this.#records.put(id, { ...record, lastTagged: new Date().toISOString() });
    });
  }

  /** Takes the name from the image that had it. Throws `invalid`. */
  name(id: Digest, name: Reference): void {
    const record = this.#records.get(id);
    this.#store.transaction(() => {
      const previous = this.#names.get(name);
      this.#names.set(name, id);
      if (!record) return;
      const { variantOf: _none, ...own } = record;
      this.#records.put(id, own);
      if (previous !== undefined && previous !== id) this.#gather(previous, id);
    });
  }

  /** The record of an image whose blobs are here, together with its names. */
  record(id: Digest, image: Omit<NewImage, 'config'>, names: readonly Reference[]): void {
    this.#store.transaction(() => {
      recordImage(id, image, this.#records);
      for (const name of names) if (this.#names.get(name) !== id) this.name(id, name);
    });
  }

  /** An image that stands for itself already goes on doing so. */
  attach(variant: Digest, image: Digest): void {
    const record = this.#records.get(variant);
    if (!record || variant === image || this.#names.of(variant).length > 0) return;
    this.#records.put(variant, { ...record, variantOf: image });
  }

  /** What lost its last tag to the same image for another platform belongs to that from now on. */
  #gather(previous: Digest, id: Digest): void {
    const indexes = (of: Digest) => this.#records.get(of)?.sources?.flatMap(({ index }) => index?.digest ?? []) ?? [];
    const shared = indexes(id).filter(digest => indexes(previous).includes(digest));
    if (shared.length === 0) return;
    for (const name of this.#names.of(previous)) {
      if (name.digest !== undefined && shared.includes(name.digest)) this.#names.set(name, id);
    }
    for (const other of this.#records.variants(previous)) this.attach(other, id);
    this.attach(previous, id);
  }
}
