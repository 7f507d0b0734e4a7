// Whether something is mounted at a path, without reading the whole table of mounts.
import { cstring, type Libc } from '../libc/libc.ts';
import { SystemCallError } from '../libc/system-call-error.ts';

const AT_FDCWD = -100;
const AT_NO_AUTOMOUNT = 0x800;
const STATX_ATTR_MOUNT_ROOT = 0x2000n;
/** struct statx, and where its attributes and the set of those known are. */
const statxSize = 256;
const attributesAt = 8;
const attributesMaskAt = 56;

/** undefined if this kernel (before 5.8) cannot tell. Throws SystemCallError other than ENOENT. */
export function isMountPoint(libc: Libc, path: string): boolean | undefined {
  const result = Buffer.alloc(statxSize);
  if (libc.call.statx(AT_FDCWD, cstring(path), AT_NO_AUTOMOUNT, 0, result) < 0) {
    const error = new SystemCallError('statx', libc.errno(), path);
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
    throw error;
  }
  const known = result.readBigUInt64LE(attributesMaskAt) & STATX_ATTR_MOUNT_ROOT;
  return known === 0n ? undefined : (result.readBigUInt64LE(attributesAt) & STATX_ATTR_MOUNT_ROOT) !== 0n;
}
