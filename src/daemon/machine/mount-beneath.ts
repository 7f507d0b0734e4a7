// Mounting what is somewhere below a directory that others may change at the same time.

import { closeSync, fstatSync, lstatSync, mkdirSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Kernel } from '../../kernel/index.ts';

/**
 * Mounts what is at `path` below `root` at `place`, made as what it has to be. Throws what `files.openBeneath` throws; then
 * there is no such place.
 */
export function mountBeneath(
  { files, mounts }: Pick<Kernel, 'files' | 'mounts'>,
  { root, path, place }: { root: string; path: string; place: string },
): void {
  const descriptor = files.openBeneath(root, path);
  try {
    mkdirSync(dirname(place), { recursive: true });
    // A daemon that was killed may have left it.
    removePlace(mounts, place);
    if (fstatSync(descriptor).isDirectory()) mkdirSync(place);
    else writeFileSync(place, '', { flag: 'wx' });
    mounts.bind(descriptor, place, { recursive: true, propagation: 'rprivate' });
  } catch (error) {
    removePlace(mounts, place);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Never what is below it. */
function removePlace(mounts: Kernel['mounts'], place: string): void {
  while (mounts.unmount(place, { lazy: true }));
  const stats = lstatSync(place, { throwIfNoEntry: false });
  if (stats) (stats.isDirectory() ? rmdirSync : unlinkSync)(place);
}
