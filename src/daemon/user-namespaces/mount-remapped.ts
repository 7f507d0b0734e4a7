// The data root once more, with the owners that containers with a user namespace see.

import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RemappedRoot } from '../../images/index.ts';
import type { Kernel } from '../../kernel/index.ts';
import type { IdMap, IdRange } from '../../lib/id-map.ts';

/**
 * Who the host's root is on disk: the kernel writes overlay's own entries (whiteouts, the working folder) as root, and
 * refuses to where root has no number. Nothing a container can become; nobody reads the owner of a whiteout.
 */
const hostRootOnDisk = 0xffff_fffe;

/**
 * Mounts it below the exec root; what an earlier daemon mounted there is replaced, and the overlays on top of that keep
 * it. Layers on disk so have the owners of the image, whoever runs it.
 */
export async function mountRemapped(
  { dataRoot, execRoot }: { dataRoot: string; execRoot: string },
  ids: IdMap,
  { mounts }: Pick<Kernel, 'mounts'>,
): Promise<{ root: RemappedRoot; unmount(): void }> {
  // What is root's on disk is a mere user's there: only the daemon gets to it, by a way closed to all others.
  const gate = join(execRoot, 'remapped');
  const path = join(gate, 'root');
  const drop = () => {
    while (mounts.unmount(path, { lazy: true }));
  };
  drop();
  for (const folder of [gate, path]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  await mounts.bindMapped(dataRoot, path, { uid: withHostRoot(ids.uid), gid: withHostRoot(ids.gid) });
  return {
    root: { ids, path },
    unmount() {
      drop();
      for (const folder of [path, gate]) rmdirSync(folder);
    },
  };
}

function withHostRoot(ranges: readonly IdRange[]): IdRange[] {
  const isThere = ranges.some(({ hostId }) => hostId === 0);
  return isThere ? [...ranges] : [...ranges, { containerId: hostRootOnDisk, hostId: 0, size: 1 }];
}
