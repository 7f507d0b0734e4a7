// What a registry refuses, in the words of `docker pull`.
import { RegistryError } from '../../../distribution/index.ts';
import { notFound } from '../../../lib/errors.ts';
import { familiarName, familiarReference, type Reference } from '../../../oci/reference.ts';

/** What is not a refusal of the name stays as it is. Of several reasons the first is told, as Docker does. */
export function explainPullError(error: unknown, reference: Reference): unknown {
  if (!(error instanceof RegistryError)) return error;
  const { first } = error;
  const { message } = first;
  switch (first.problems[0]?.code) {
    case 'DENIED':
      return notFound(
        `pull access denied for ${familiarName(reference)}, repository does not exist or may require 'docker login': ${message}`,
        error,
      );
    case 'MANIFEST_UNKNOWN':
      return notFound(`manifest for ${familiarReference(reference)} not found: ${message}`, error);
    case 'NAME_UNKNOWN':
      return notFound(`repository ${familiarName(reference)} not found: ${message}`, error);
    default:
      return first;
  }
}
