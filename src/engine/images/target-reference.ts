// The name an image is to get, given as `repo` and `tag`.
import { invalid } from '../../lib/errors.ts';
import { familiarReference, isTag, parseReference, withDefaultTag } from '../../oci/reference.ts';

/**
 * `repo` with `tag` instead of its own, `latest` without either, in familiar form; undefined without `repo`. Throws
 * `invalid` with Docker's wording.
 */
export function targetReference(repository: string | undefined, tag: string | undefined): string | undefined {
  const name = repository?.trim();
  if (!name) return undefined;
  const reference = parseReference(name);
  if (reference.digest !== undefined) throw invalid('cannot import digest reference');
  if (tag && !isTag(tag)) throw invalid('invalid tag format');
  return familiarReference(withDefaultTag(tag ? { ...reference, tag } : reference));
}
