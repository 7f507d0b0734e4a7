// Paths of a tree on disk, with links followed inside of it: nothing leads out.
import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { decodeName, encodeName } from '../../../lib/tar/names.ts';

/** More links than this on one way go round in circles. */
export const maximumLinks = 255;

/** A place in a tree: its path without links, relative with `/` (empty is the root). */
export interface Place {
  readonly path: string;
  readonly stats: Stats;
}

/**
 * What `path` leads to inside `root`, links in it and at its end followed; absolute links and `..` start and stop at the
 * root. Undefined when there is nothing. Where links go round in circles it is what `circle` gives or throws.
 */
export function resolveInRoot(
  root: string,
  path: string,
  circle: () => Place | undefined = () => undefined,
): Place | undefined {
  const pending = path.split('/').reverse();
  let place: Place | undefined = placeAt(root, '');
  let links = 0;
  while (pending.length > 0) {
    const part = pending.pop()!;
    if (part === '' || part === '.') continue;
    if (place === undefined || !place.stats.isDirectory()) return undefined;
    const next: Place | undefined =
      part === '..' ? placeAt(root, parentOf(place.path)) : placeAt(root, joinPath(place.path, part));
    if (next?.stats.isSymbolicLink()) {
      if (++links > maximumLinks) return circle();
      const target = linkTarget(root, next.path);
      pending.push(...target.split('/').reverse());
      if (target.startsWith('/')) place = placeAt(root, '');
    } else place = next;
  }
  return place;
}

/** `a/b`, where either may be empty. */
export function joinPath(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

/** The absolute path for node:fs. */
export function pathIn(root: string, path: string): string | Buffer {
  return encodeName(path === '' ? root : `${root}/${path}`);
}

/** Where a link points, as written. */
export function linkTarget(root: string, path: string): string {
  return decodeName(readlinkSync(pathIn(root, path), { encoding: 'buffer' }));
}

function placeAt(root: string, path: string): Place | undefined {
  const stats = lstatSync(pathIn(root, path), { throwIfNoEntry: false });
  return stats && { path, stats };
}

const parentOf = (path: string) => path.slice(0, Math.max(path.lastIndexOf('/'), 0));
