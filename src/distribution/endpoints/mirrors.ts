// The `registry-mirrors` option: which registry has which mirrors.
import { invalid } from '../../lib/errors.ts';

/** Base URLs by domain (`docker.io`), without a slash at the end, in the order they are asked. */
export type Mirrors = ReadonlyMap<string, readonly string[]>;

const domainPrefix = /^([a-zA-Z0-9.-]+(?::\d+)?)=(.*)$/s;

/** `URL` or `<domain>=URL` each. Throws `invalid` with Docker's words for what is no mirror. */
export function parseMirrors(list: readonly string[]): Mirrors {
  const mirrors = new Map<string, string[]>();
  for (const entry of list) {
    const [, domain = 'docker.io', url = entry] = domainPrefix.exec(entry) ?? [];
    const known = mirrors.get(domain) ?? [];
    const mirror = checkMirror(url);
    if (!known.includes(mirror)) mirrors.set(domain, [...known, mirror]);
  }
  return mirrors;
}

function checkMirror(text: string): string {
  const refuse = (why: string) => invalid(`invalid mirror: ${why}`);
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw invalid(`invalid mirror: "${text}" is not a valid URI: ${(error as Error).message}`, error);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refuse(`no scheme specified for "${text}": must use either 'https://' or 'http://'`);
  if (url.search !== '' || url.hash !== '') throw refuse(`query or fragment at end of the URI "${text}"`);
  if (url.username !== '' || url.password !== '') throw refuse(`username/password not allowed in URI "${text}"`);
  return url.href.replace(/\/+$/, '');
}
