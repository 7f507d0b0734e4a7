// What very many files are, one after the other, with their extended attributes.
import { dlopen, FFIType } from 'bun:ffi';
import type { FileFacts } from '../../lib/files/file-facts.ts';
import { nameBytes } from '../../lib/tar/names.ts';

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_NO_AUTOMOUNT = 0x800;
/** Type, mode, number of links, modification time, inode and size. */
const STATX_WANTED = 0x1 | 0x2 | 0x4 | 0x40 | 0x100 | 0x200;

/** struct statx (statx(2)), and where it has what is wanted: counted in words of 4 or 8 bytes. */
const statxSize = 256;
const words = { nlink: 4, mode: 7, sizeLow: 10, sizeHigh: 11, nanoseconds: 30, rdev: 32, dev: 34 } as const;
const longs = { inode: 4, seconds: 14 } as const;
const billion = 1_000_000_000n;

/** The kernel's limits: of a list of names and of a value, and of a path with the NUL at its end. */
const mostOfAttributes = 64 * 1024;
const longestPath = 4096;
/** The kernel takes memory of the size that is offered, for every file: few need more than this. */
const usualNames = 512;

/** Nothing of it follows a link. What cannot be looked at (a file that is gone, no permission) is undefined. */
export interface FileReader {
  facts(path: string): FileFacts | undefined;
  /** All attributes that its reader may see, by name; undefined where there are none. */
  attributes(path: string): Record<string, Uint8Array> | undefined;
}

/**
 * Needs nothing else of the kernel room, and next to no new memory for a file: it is asked of every file of a build. Cheapest when
 * facts and attributes of a file are asked for one after the other.
 */
export function fileReader(): FileReader {
  const { llistxattr, lgetxattr, statx } = dlopen('libc.so.6', {
    llistxattr: { args: ['ptr', 'ptr', FFIType.u64_fast], returns: FFIType.i64_fast },
    lgetxattr: { args: ['ptr', 'ptr', 'ptr', FFIType.u64_fast], returns: FFIType.i64_fast },
    statx: { args: ['i32', 'ptr', 'i32', 'u32', 'ptr'], returns: 'i32' },
  }).symbols;
  const place = Buffer.allocUnsafeSlow(longestPath);
  const found = Buffer.allocUnsafeSlow(mostOfAttributes);
  const status = Buffer.alloc(statxSize);
  const word = new Uint32Array(status.buffer, status.byteOffset, statxSize / 4);
  const long = new BigInt64Array(status.buffer, status.byteOffset, statxSize / 8);
  /** What stands in `place`. */
  let named: string | undefined;

  /** Puts it where the kernel reads it; false for one that is too long for any file. */
  function name(path: string): boolean {
    if (path === named) return true;
    named = undefined;
    // A text of this many characters fits, whatever they are.
    const bytes = path.length * 3 < longestPath && path.isWellFormed() ? undefined : nameBytes(path);
    const length = bytes ? bytes.copy(place) : place.write(path);
    if (length >= longestPath) return false;
    place[length] = 0;
    named = path;
    return true;
  }

  return {
    facts(path) {
      if (!name(path)) return undefined;
      if (statx(AT_FDCWD, place, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_WANTED, status) < 0) return undefined;
      return {
        mode: word[words.mode]! & 0xffff,
        size: word[words.sizeLow]! + word[words.sizeHigh]! * 2 ** 32,
        mtimeNs: long[longs.seconds]! * billion + BigInt(word[words.nanoseconds]!),
        deviceMajor: word[words.rdev]!,
        deviceMinor: word[words.rdev + 1]!,
        inode: word[words.nlink]! > 1 ? `${word[words.dev]}:${word[words.dev + 1]}:${long[longs.inode]}` : undefined,
      };
    },
    attributes(path) {
      if (!name(path)) return undefined;
      let length = Number(llistxattr(place, found, usualNames));
      if (length < 0) length = Number(llistxattr(place, found, mostOfAttributes));
      if (length <= 0) return undefined;
      const names = found.toString('utf8', 0, length).split('\0').slice(0, -1);
      const values = names.flatMap((attribute): [string, Uint8Array][] => {
        const size = Number(lgetxattr(place, Buffer.from(`${attribute}\0`), found, mostOfAttributes));
        return size < 0 ? [] : [[attribute, Buffer.from(found.subarray(0, size))]];
      });
      return values.length > 0 ? Object.fromEntries(values) : undefined;
    },
  };
}
