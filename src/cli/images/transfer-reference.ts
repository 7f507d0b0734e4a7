// What `pull` and `push` are told to move.

import { parseReference, type Reference, withDefaultTag } from '../../oci/reference.ts';
import type { Context } from '../context.ts';

/**
 * The reference `name` stands for: with `:latest` where nothing is said, which is told unless `quiet`; with `all`, the
 * bare repository. Throws a plain Error with Docker's wording.
 */
export async function transferReference(
  context: Context,
  name: string,
  { all, quiet }: { all: boolean; quiet: boolean },
): Promise<Reference> {
  const reference = parseReference(name);
  const bare = reference.tag === undefined && reference.digest === undefined;
  if (all && !bare) throw new Error("tag can't be used with --all-tags/-a");
  if (all || !bare) return reference;
  const tagged = withDefaultTag(reference);
  if (!quiet) await context.print(`Using default tag: ${tagged.tag}\n`);
  return tagged;
}
