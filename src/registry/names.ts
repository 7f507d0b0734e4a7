// The grammar of repository names and tags in the distribution specification.
import { type Digest, isDigest } from '../oci/digest.ts';
import { Refusal } from './refusal.ts';

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const repositoryName = new RegExp(`^${component}(?:/${component})*$`);
const tagName = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
// Docker's limit for host and name together; the name alone must leave room for file names.
const maximumNameLength = 255;

/** At most 255 characters, parts between slashes in lower case. */
export function isRepositoryName(name: string): boolean {
  return name.length <= maximumNameLength && repositoryName.test(name);
}

function isTag(text: string): boolean {
  return tagName.test(text);
}

/** Throws the refusal for a name that is none. */
export function checkRepositoryName(name: string): void {
  if (!isRepositoryName(name)) throw new Refusal('NAME_INVALID', { detail: { name } });
}

/** Throws the refusal for a digest that is none. */
export function checkDigest(text: string): Digest {
  if (!isDigest(text)) throw new Refusal('DIGEST_INVALID', { message: 'invalid digest', detail: { digest: text } });
  return text;
}

/** A manifest's name in a repository; throws the refusal for what is neither tag nor digest. */
export function parseManifestName(text: string): { tag: string } | { digest: Digest } {
  if (text.includes(':')) return { digest: checkDigest(text) };
  if (isTag(text)) return { tag: text };
  throw new Refusal('MANIFEST_INVALID', { message: 'invalid tag', detail: { tag: text } });
}
