// From the names given to `docker save` to images and the tags they are saved under, by Docker's rules.
import { notFound } from '../../../lib/errors.ts';
import type { Digest } from '../../../oci/digest.ts';
import { familiarName, parseAnyReference, type Reference } from '../../../oci/reference.ts';
import type { Image } from '../../image.ts';

/** An image of the archive, and its names in there: none when it was asked for by id or digest. */
export interface SelectedImage {
  image: Image;
  references: Reference[];
}

interface ImageLookup {
  /** Throws `not-found`. */
  get: (text: string) => Image;
  has: (text: string) => boolean;
  byName: (reference: Reference) => Digest | undefined;
  /** All tags of a repository. */
  tagsOf: (repository: Reference) => Reference[];
}

/** Each image once, in the order asked for; a name without a tag means all tags it has. Throws `not-found`, `invalid`. */
export function selectImages(names: readonly string[], lookup: ImageLookup): SelectedImage[] {
  const selected = new Map<Digest, SelectedImage>();
  const add = (image: Image, reference?: Reference) => {
    const known = selected.get(image.id) ?? { image, references: [] };
    selected.set(image.id, known);
    if (reference && !known.references.some(other => isSame(other, reference))) known.references.push(reference);
  };
  for (const name of names) {
    const parsed = parseAnyReference(name);
    if ('digest' in parsed || familiarName(parsed.reference) === 'sha256') {
      add(lookup.get(name));
      continue;
    }
    const { reference } = parsed;
    if (reference.tag !== undefined || reference.digest !== undefined) {
      if (lookup.byName(reference) === undefined) throw notFound('reference does not exist');
      add(lookup.get(name), reference.digest === undefined ? reference : undefined);
      continue;
    }
    const tags = lookup.tagsOf(reference);
    for (const tag of tags) add(lookup.get(lookup.byName(tag) ?? ''), tag);
    if (tags.length > 0) continue;
    if (!lookup.has(name)) throw notFound(`No such image: ${name}`);
    add(lookup.get(name));
  }
  return [...selected.values()];
}

function isSame(a: Reference, b: Reference): boolean {
  return a.domain === b.domain && a.path === b.path && a.tag === b.tag;
}
