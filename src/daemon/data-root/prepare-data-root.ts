// The folder of everything that lasts, and who may pass through it.

import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Owner } from '../../lib/id-map.ts';

/**
 * Makes it, and returns the one to work in: `<dataRoot>/<uid>.<gid>`, as dockerd's, where users are remapped and root is
 * `remapped`. What programs of containers leave, setuid ones too, is not for the host's users: only that group passes.
 */
export function prepareDataRoot(dataRoot: string, remapped: Owner | undefined): string {
  make(dataRoot, { mode: 0o710, group: remapped?.gid ?? 0 });
  if (!remapped) return dataRoot;
  const path = join(dataRoot, `${remapped.uid}.${remapped.gid}`);
  // Its own owner and group have to be in the map of the mount: the way is closed above it.
  make(path, { mode: 0o711, group: 0 });
  return path;
}

function make(path: string, { mode, group }: { mode: number; group: number }): void {
  mkdirSync(path, { recursive: true, mode });
  chownSync(path, 0, group);
  chmodSync(path, mode);
}
