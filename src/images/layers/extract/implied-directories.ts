// Directories that an archive has files in and says nothing of: they take after those of the layers below.
import { chmodSync, lchownSync, lstatSync, realpathSync, type Stats } from 'node:fs';
import { TimeSlice } from '../../../lib/concurrency/time-slice.ts';
import { encodeName } from '../../../lib/tar/names.ts';

/**
 * Gives the directories at these paths inside `root` (`''`: itself) owner and mode of the directory of that name in the
 * topmost layer that has the name (`lower`, topmost first); where there is none they stay as they are. What is no
 * directory, or reached by a link, stays too.
 */
export async function takeAfter(root: string, relatives: readonly string[], lower: readonly string[]): Promise<void> {
  const slice = new TimeSlice();
  for (const relative of relatives) {
    const below = lowerDirectory(lower, relative);
    if (below && isDirectoryInside(root, relative)) {
      const path = encodeName(inside(root, relative));
      lchownSync(path, below.uid, below.gid);
      chmodSync(path, below.mode & 0o7777);
    }
    if (slice.used) await slice.pause();
  }
}

/** What the topmost layer that has the name says of it; undefined when it is no directory there, or nowhere. */
function lowerDirectory(lower: readonly string[], relative: string): Stats | undefined {
  for (const root of lower) {
    const stats = lstatSync(encodeName(inside(root, relative)), { throwIfNoEntry: false });
    if (stats) return stats.isDirectory() && isDirectoryInside(root, relative) ? stats : undefined;
  }
  return undefined;
}

/** A link on the way would lead out of the layer. */
function isDirectoryInside(root: string, relative: string): boolean {
  const path = encodeName(inside(root, relative));
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return false;
  const real = realpathSync(path, 'buffer');
  return real.equals(Buffer.from(encodeName(inside(realpathSync(root), relative))));
}

function inside(root: string, relative: string): string {
  return relative === '' ? root : `${root}/${relative}`;
}
