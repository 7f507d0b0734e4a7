// `docker diff`: which paths of a container differ from its image.
import type { BigIntStats } from 'node:fs';
import { TimeSlice } from '../../../lib/concurrency/time-slice.ts';
import type { TreeNode } from '../../../lib/tar/tree/walk-tree.ts';
import { type UpperFiles, walkUpper } from './walk-upper.ts';

export interface Change {
  /** Absolute, in the container. */
  path: string;
  kind: 'changed' | 'added' | 'deleted';
}

/**
 * Parents before children, in the order of names. A directory counts as changed when something was added to it or
 * taken from it, or its mode or time is another; not when only a file in it was written.
 */
export async function listChanges(upper: string, lower: readonly string[], files: UpperFiles): Promise<Change[]> {
  const changes: Change[] = [];
  const listed = new Set<string>();
  const slice = new TimeSlice();
  const add = (path: string, kind: Change['kind']) => {
    changes.push({ path, kind });
    listed.add(path);
  };
  for (const { node, below, whiteout, opaque, hidden } of walkUpper(upper, lower, files)) {
    const path = `/${node.name}`;
    const kind = whiteout ? 'deleted' : below ? 'changed' : 'added';
    if (slice.used) await slice.pause();
    if (whiteout && !below) continue;
    if (kind === 'changed' && !opaque && isSameDirectory(node, below)) continue;
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (kind !== 'changed' && parent !== '' && !listed.has(parent)) add(parent, 'changed');
    add(path, kind);
    for (const name of hidden) add(`${path}/${name}`, 'deleted');
  }
  return changes;
}

function isSameDirectory({ stats }: TreeNode, below: BigIntStats | undefined): boolean {
  if (!stats.isDirectory() || !below?.isDirectory()) return false;
  return stats.mode === below.mode && stats.mtimeNs === below.mtimeNs;
}
