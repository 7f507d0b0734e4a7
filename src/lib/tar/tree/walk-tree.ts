// A directory tree, entry by entry, walked by descriptors: nobody who renames things meanwhile can lead the walk outside.
import { type BigIntStats, closeSync, constants, lstatSync, openSync, readdirSync } from 'node:fs';
import { errorCode } from '../../errors.ts';
import { decodeName, encodeName } from '../names.ts';

/** Linux's O_PATH, which node does not name: a descriptor that only stands for a place. */
export const O_PATH = 0o10000000;
const { O_DIRECTORY, O_NOFOLLOW } = constants;

/** One file or directory; `path` is good only until the walk goes on. */
export interface TreeNode {
  path: string;
  /** With `/` between parts, as it shall stand in an archive. */
  name: string;
  stats: BigIntStats;
}

/** A path to what a descriptor stands for; not to be used after it is closed. */
export function descriptorPath(descriptor: number): string {
  return `/dev/fd/${descriptor}`;
}

/** The entry `path`, or undefined when it is not there (any more). Links are not followed. */
export function nodeAt(path: string, name: string): TreeNode | undefined {
  const stats = lstatSync(encodeName(path), { bigint: true, throwIfNoEntry: false });
  return stats && { path, name, stats };
}

/** Everything below a directory, parents before children, names in order. What vanishes meanwhile is left out. */
export function* walkTree(directory: string, name: string): Generator<TreeNode, void> {
  for (const child of entryNames(directory)) {
    const node = nodeAt(`${directory}/${child}`, name === '' ? child : `${name === '/' ? '' : name}/${child}`);
    if (!node) continue;
    yield node;
    if (node.stats.isDirectory()) yield* walkInside(node);
  }
}

function* walkInside(node: TreeNode): Generator<TreeNode, void> {
  const descriptor = openDirectory(node.path);
  if (descriptor === undefined) return;
  try {
    yield* walkTree(descriptorPath(descriptor), node.name);
  } finally {
    closeSync(descriptor);
  }
}

/** A descriptor of a directory, to be closed; undefined when it is none (any more). Does not follow a link. */
export function openDirectory(path: string): number | undefined {
  try {
    return openSync(encodeName(path), O_PATH | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** Names in a directory, in order; none when it is gone. */
export function entryNames(directory: string): string[] {
  try {
    return readdirSync(encodeName(directory), { encoding: 'buffer' })
      .map(name => decodeName(name))
      .sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
