// Paths of a tree on disk, with links followed inside of it: nothing leads out.
import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { posix } from 'node:path';
import { decodeName, encodeName } from '../../../lib/tar/names.ts';

/** More links than this on one way go round in circles. */
const maximumLinks = 255;

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
  const onDisk: TreeView<Place> = {
    at: where => placeAt(root, where),
    isDirectory: ({ stats }) => stats.isDirectory(),
    link: place => (place.stats.isSymbolicLink() ? linkTarget(root, place.path) : undefined),
  };
  return resolveInView(onDisk, path, circle);
}

/** A tree as far as ways through it go, wherever its entries are. */
export interface TreeView<P extends { readonly path: string }> {
  /** What is at a path without links (empty is the root); undefined when there is nothing. */
  at(path: string): P | undefined;
  isDirectory(place: P): boolean;
  /** Where a link points, as written; undefined for what is none. */
  link(place: P): string | undefined;
}

/** {@link resolveInRoot} of any tree. */
export function resolveInView<P extends { readonly path: string }>(
  view: TreeView<P>,
  path: string,
  circle: () => P | undefined = () => undefined,
): P | undefined {
  const pending = path.split('/').reverse();
  let place = view.at('');
  let links = 0;
  while (pending.length > 0) {
    const part = pending.pop()!;
    if (part === '' || part === '.') continue;
    if (place === undefined || !view.isDirectory(place)) return undefined;
    const next: P | undefined = view.at(part === '..' ? parentOf(place.path) : joinPath(place.path, part));
    const target = next && view.link(next);
    if (target === undefined) {
      place = next;
      continue;
    }
    if (++links > maximumLinks) return circle();
    pending.push(...target.split('/').reverse());
    if (target.startsWith('/')) place = view.at('');
  }
  return place;
}

/** Without `..` and relative: nothing is outside of the tree. */
export const cleanPath = (path: string) => posix.resolve('/', path).slice(1);

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

/** The directory a path lies in; empty is the root, which lies in itself. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}
