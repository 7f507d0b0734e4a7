// The names that the `manifest` commands take.

import { formatReference, parseReference, type Reference, withDefaultTag } from '../../oci/reference.ts';

/** A reference with its default tag, and its full text. */
export interface ManifestReference {
  reference: Reference;
  name: string;
}

/** Throws `invalid` for a text that is no reference. */
export function manifestReference(text: string): ManifestReference {
  const reference = withDefaultTag(parseReference(text));
  return { reference, name: formatReference(reference) };
}
