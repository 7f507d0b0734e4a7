// Mounting what is somewhere below a directory that others may change at the same time.

import { closeSync, fstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Kernel } from '../../kernel/index.ts';

/** Mounts what is at `path` below `root` at `place`, made as what it has to be. Throws what `files.openBeneath` throws. */
export function mountBeneath(
  { files, mounts }: Pick<Kernel, 'files' | 'mounts'>,
  { root, path, place }: { root: string; path: string; place: string },
): void {
  const descriptor = files.openBeneath(root, path);
  try {
    mkdirSync(dirname(place), { recursive: true });
    // A daemon that was killed may have left it.
    while (mounts.unmount(place, { lazy: true }));
    if (fstatSync(descriptor).isDirectory()) mkdirSync(place, { recursive: true });
    else writeFileSync(place, '');
    mounts.bind(descriptor, place, { recursive: true, propagation: 'rprivate' });
  } finally {
    closeSync(descriptor);
  }
}
