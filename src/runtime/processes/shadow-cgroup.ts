// What crun leaves on a hybrid cgroup host: plain folders where the v2 tree would be mounted.

import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../lib/errors.ts';
import { removeFolder } from '../monitor/bundle.ts';

/** The v2 tree of a hybrid host; unmounted in the namespace in which crun runs. */
const unified = '/sys/fs/cgroup/unified';
/** TMPFS_MAGIC of linux/magic.h. */
const tmpfs = 0x01021994;

/**
 * crun makes a container's group in every hierarchy /proc/self/cgroup names, the hidden one included, where it ends
 * up as an ordinary folder with an ordinary file in it. Removes that; does nothing where a real hierarchy is mounted.
 */
export function removeShadowCgroup(path: string): void {
  const relative = join('/', path);
  if (relative === '/' || fileSystemType(unified) !== tmpfs) return;
  removeFolder(join(unified, relative));
}

function fileSystemType(path: string): number | undefined {
  try {
    return statfsSync(path).type;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
