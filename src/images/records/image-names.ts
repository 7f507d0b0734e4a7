// Which name stands for which image: Docker's reference store.
import { invalid } from '../../lib/errors.ts';
import type { Digest } from '../../oci/digest.ts';
import {
  familiarName,
  formatReference,
  parseReference,
  type Reference,
  repositoryName,
  withDefaultTag,
} from '../../oci/reference.ts';
import type { Collection, Store } from '../../store/index.ts';

/** Names are stored in normal form, one record each: a name moves by being written again. */
export class ImageNames {
  readonly #records: Collection<Digest>;

  constructor(store: Store) {
    this.#records = store.collection('image-names');
  }

  get(reference: Reference): Digest | undefined {
    return this.#records.get(key(reference));
  }

  /** Throws `invalid` for the name `sha256`, which would be taken for an id. */
  set(reference: Reference, image: Digest): void {
    if (familiarName(reference) === 'sha256') {
      throw invalid('refusing to create an ambiguous tag using digest algorithm as name');
    }
    this.#records.put(key(reference), image);
  }

  delete(reference: Reference): boolean {
    return this.#records.delete(key(reference));
  }

  /** Every tag of the repository of `name`, sorted. */
  tagsOf(name: Reference): Reference[] {
    const repository = repositoryName(name);
    return this.#records
      .list()
      .map(({ id }) => parseReference(id))
      .filter(other => other.digest === undefined && repositoryName(other) === repository)
      .sort(byFullForm);
  }

  /** All names by image, each list sorted by the full form, as Docker does. */
  byImage(): Map<Digest, Reference[]> {
    const names = new Map<Digest, Reference[]>();
    for (const { id, value } of this.#records.list()) {
      const list = names.get(value);
      if (list) list.push(parseReference(id));
      else names.set(value, [parseReference(id)]);
    }
    for (const list of names.values()) list.sort(byFullForm);
    return names;
  }

  /** The names of one image, sorted in the same way. */
  of(image: Digest): Reference[] {
    const own = this.#records.list().filter(({ value }) => value === image);
    return own.map(({ id }) => parseReference(id)).sort(byFullForm);
  }
}

function byFullForm(a: Reference, b: Reference): number {
  return formatReference(a) < formatReference(b) ? -1 : 1;
}

/** A digest says more than a tag beside it; a bare name means `latest`. */
function key(reference: Reference): string {
  const { tag: _tag, ...digested } = reference;
  return formatReference(reference.digest === undefined ? withDefaultTag(reference) : digested);
}
