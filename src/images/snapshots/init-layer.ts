// The layer below every image: empty places for what is mounted into a container, and Docker's mark of a container.
// Where an image lacks them, nothing has to be made in the container's own layer, whose changes are only the user's.
import { existsSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const directories = ['dev', 'dev/pts', 'dev/shm', 'proc', 'sys', 'etc'];
const files = ['dev/console', 'etc/hostname', 'etc/hosts', 'etc/resolv.conf'];
const mark = '.dockerenv';

/** Makes what is missing of it; modes as Docker's. Steps of builds are not marked as containers. */
export function makeInitLayer(root: string, { marked }: { marked: boolean }): void {
  mkdirSync(root, { recursive: true, mode: 0o755 });
  for (const path of directories) mkdirSync(join(root, path), { recursive: true, mode: 0o755 });
  for (const path of marked ? [...files, mark] : files)
    if (!existsSync(join(root, path))) writeFileSync(join(root, path), '', { mode: 0o755 });
  const mtab = join(root, 'etc/mtab');
  if (!lstatSync(mtab, { throwIfNoEntry: false })) symlinkSync('/proc/mounts', mtab);
}
