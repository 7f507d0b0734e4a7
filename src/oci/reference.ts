// Docker's image references: grammar, normal form (`docker.io/library/nginx:latest`) and familiar form (`nginx:latest`).
// Grammar and messages are those of the distribution project's `reference` package.
import { invalid } from '../lib/errors.ts';
import { type Digest, isDigest, parseDigest } from './digest.ts';

/** A normalized reference: `domain` is always there (`docker.io`), `path` has its `library/`. */
export interface Reference {
  domain: string;
  path: string;
  tag?: string;
  digest?: Digest;
}

const defaultDomain = 'docker.io';
const officialPrefix = 'library/';

const component = '[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*';
const hostLabel = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const host = `(?:${hostLabel}(?:\\.${hostLabel})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const tagPattern = '[\\w][\\w.-]{0,127}';
const digestPattern = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
const referencePattern = new RegExp(
  `^(?<domain>${host})/(?<path>${component}(?:/${component})*)(?::(?<tag>${tagPattern}))?(?:@(?<digest>${digestPattern}))?$`,
);
const wholeTag = new RegExp(`^${tagPattern}$`);
const identifier = /^[a-f0-9]{64}$/;
const maximumNameLength = 255;

/** Parses and normalizes a reference; throws `invalid` with Docker's wording. Nothing is added for a missing tag. */
export function parseReference(text: string): Reference {
  if (identifier.test(text)) {
    throw invalid(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  }
  const { domain, remainder } = splitDomain(text);
  const repository = remainder.includes(':') ? remainder.slice(0, remainder.indexOf(':')) : remainder;
  if (repository.toLowerCase() !== repository) {
    throw invalid(`invalid reference format: repository name (${repository}) must be lowercase`);
  }
  const groups = referencePattern.exec(`${domain}/${remainder}`)?.groups;
  if (!groups) throw invalid('invalid reference format');
  const { path = '', tag, digest } = groups;
  if (domain.length + 1 + path.length > maximumNameLength) {
    throw invalid(`repository name must not be more than ${maximumNameLength} characters`);
  }
  return {
    domain: groups.domain as string,
    path,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest: parseDigest(digest) }),
  };
}

/** Whether a text can be a tag. */
export function isTag(text: string): boolean {
  return wholeTag.test(text);
}

/** A full digest or 64 hexadecimal digits is an id, anything else a name; throws `invalid` when it is neither. */
export function parseAnyReference(text: string): { digest: Digest } | { reference: Reference } {
  if (identifier.test(text)) return { digest: `sha256:${text}` };
  if (isDigest(text)) return { digest: text };
  return { reference: parseReference(text) };
}

/** The reference with `:latest` when it has neither tag nor digest. */
export function withDefaultTag(reference: Reference): Reference {
  return reference.tag === undefined && reference.digest === undefined ? { ...reference, tag: 'latest' } : reference;
}

/** `docker.io/library/nginx:1.27@sha256:…` */
export function formatReference(reference: Reference): string {
  return repositoryName(reference) + suffix(reference);
}

/** `docker.io/library/nginx`: the full name without tag and digest. */
export function repositoryName(reference: Reference): string {
  return `${reference.domain}/${reference.path}`;
}

/** `nginx`: the name as people type it. */
export function familiarName(reference: Reference): string {
  if (reference.domain !== defaultDomain) return repositoryName(reference);
  const rest = reference.path.slice(officialPrefix.length);
  return reference.path.startsWith(officialPrefix) && !rest.includes('/') ? rest : reference.path;
}

/** `nginx:1.27`: as people type it, with tag and digest. */
export function familiarReference(reference: Reference): string {
  return familiarName(reference) + suffix(reference);
}

function suffix({ tag, digest }: Reference): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
}

function splitDomain(text: string): { domain: string; remainder: string } {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(slash, 0));
  const isDomain = /[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first;
  let domain = slash !== -1 && isDomain ? first : defaultDomain;
  let remainder = domain === defaultDomain && !(slash !== -1 && isDomain) ? text : text.slice(slash + 1);
  if (domain === 'index.docker.io') domain = defaultDomain;
  if (domain === defaultDomain && !remainder.includes('/')) remainder = officialPrefix + remainder;
  return { domain, remainder };
}
