// The lint rule about sources that `.dockerignore` leaves out.
import { posix } from 'node:path';
import type { PatternMatcher } from '../../../lib/patterns/pattern-matcher.ts';

/**
 * Whether a source of COPY can only be missing because the ignore patterns leave it out (CopyIgnoredFile). Says no where
 * an exception may bring back something at it or below it.
 */
export function isIgnoredSource(matcher: PatternMatcher, source: string): boolean {
  const path = posix.normalize(source).replace(/(.)\/$/, '$1');
  const isRoot = path === '.' || path === '/';
  if (isRoot && !matcher.exclusions.some(pattern => ['*', '**', '**/*'].includes(pattern))) return false;
  const relative = isRoot ? '' : path.replace(/^\//, '');
  if (matcher.exceptions.some(pattern => mayBringBack(pattern, relative))) return false;
  return matcher.matches(path);
}

function mayBringBack(pattern: string, source: string): boolean {
  const parts = pattern.split('/');
  const wild = parts.findIndex(part => /[*?[]/.test(part));
  const prefix = wild < 0 ? pattern : parts.slice(0, wild).join('/');
  return isBelow(prefix, source) || (wild >= 0 && isBelow(source, prefix));
}

const isBelow = (path: string, base: string) => base === '' || path === base || path.startsWith(`${base}/`);
