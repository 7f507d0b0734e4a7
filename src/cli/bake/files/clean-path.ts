// Paths of contexts as bake's users write them.
import { posix } from 'node:path';

/** Directories without what is of no use in their paths; addresses as they are. */
export function cleanPath(path: string): string {
  return /^[a-z+]+:\/\/|^git@|^-$/.test(path) ? path : posix.normalize(path).replace(/(.)\/$/, '$1');
}
