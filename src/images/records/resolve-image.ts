// From what a user typed to an image: a name, a full id, or the beginning of an id.
import { type BerthError, errorKind, notFound } from '../../lib/errors.ts';
import type { Digest } from '../../oci/digest.ts';
import { familiarReference, parseAnyReference, withDefaultTag } from '../../oci/reference.ts';
import type { ImageNames } from './image-names.ts';
import type { ImageRecords } from './image-records.ts';

interface ImageLookup {
  names: Pick<ImageNames, 'get'>;
  records: Pick<ImageRecords, 'get' | 'list'>;
}

/**
 * In Docker's order: a full id, then a name, then a unique beginning of an id (with or without `sha256:`). Undefined
 * when there is none or a beginning fits several. Throws `invalid` for what is neither name nor id.
 */
export function resolveImage(text: string, { names, records }: ImageLookup): Digest | undefined {
  const parsed = parseAnyReference(text);
  if ('digest' in parsed) return records.get(parsed.digest) ? parsed.digest : undefined;
  const named = names.get(parsed.reference);
  if (named !== undefined && records.get(named)) return named;
  if (!/^(sha256:)?[a-f0-9]+$/.test(text)) return undefined;
  const matches = records.list().filter(({ id }) => isIdPrefix(id, text));
  return matches.length === 1 ? matches[0]?.id : undefined;
}

/** True when the text is the id or a beginning of it, with or without its algorithm. */
export function isIdPrefix(id: Digest, text: string): boolean {
  return id.startsWith(text) || id.slice(id.indexOf(':') + 1).startsWith(text);
}

/** Docker's error for an image that is not there; a bare name is shown with `:latest`. */
export function noSuchImage(text: string): BerthError {
  return notFound(`No such image: ${displayName(text)}`);
}

function displayName(text: string): string {
  try {
    const parsed = parseAnyReference(text);
    return 'digest' in parsed ? parsed.digest : familiarReference(withDefaultTag(parsed.reference));
  } catch (error) {
    if (errorKind(error) === 'invalid') return text;
    throw error;
  }
}
