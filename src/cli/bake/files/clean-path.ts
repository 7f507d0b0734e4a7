// Paths of contexts as bake's users write them.
import { posix } from 'node:path';

/** Of what lies where the command is run, wherever the bake file is from. */
const here = 'cwd://';

/** The same without that; other paths and addresses as they are. */
export function withoutHere(path: string): string {
  return path.startsWith(here) ? posix.normalize(path.slice(here.length)) : path;
}

/** Directories without what is of no use in their paths; addresses as they are. */
export function cleanPath(written: string): string {
  const path = withoutHere(written);
  return /^[a-z+]+:\/\/|^git@|^-$/.test(path) ? path : posix.normalize(path).replace(/(.)\/$/, '$1');
}
