// Bind mounts that show the owners of files as other ids (Linux 5.12; below an overlay 5.19).
import type { IdMap } from '../../../lib/id-map.ts';
import { cstring, type Libc } from '../../libc/libc.ts';
import { withUserNamespace } from './user-namespace.ts';

/** System call numbers are the same on every architecture from 424 on. */
const sys = { open_tree: 428, move_mount: 429, mount_setattr: 442 } as const;
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
const OPEN_TREE_CLONE = 1;
const OPEN_TREE_CLOEXEC = 0o2000000;
const MOVE_MOUNT_F_EMPTY_PATH = 4;
const MOUNT_ATTR_IDMAP = 0x0010_0000n;
const MS_PRIVATE = 1n << 18n;

/** See Mounts.bindMapped. */
export function bindMapped(libc: Libc, source: string, target: string, map: IdMap): Promise<void> {
  return withUserNamespace(map, namespace => {
    const flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
    const tree = libc.syscall('open_tree', sys.open_tree, [AT_FDCWD, cstring(source), flags], source);
    try {
      // struct mount_attr: set, clear, propagation, userns.
      const attributes = Buffer.alloc(32);
      attributes.writeBigUInt64LE(MOUNT_ATTR_IDMAP, 0);
      attributes.writeBigUInt64LE(MS_PRIVATE, 16);
      attributes.writeBigUInt64LE(BigInt(namespace), 24);
      libc.syscall('mount_setattr', sys.mount_setattr, [tree, cstring(''), AT_EMPTY_PATH, attributes, 32], source);
      const move = [tree, cstring(''), AT_FDCWD, cstring(target), MOVE_MOUNT_F_EMPTY_PATH];
      libc.syscall('move_mount', sys.move_mount, move, target);
    } finally {
      libc.call.close(tree);
    }
  });
}
