// The extended attributes of very many files, one after the other.
import { dlopen, FFIType } from 'bun:ffi';
import { nameBytes } from '../../lib/tar/names.ts';

/** The kernel's limits: of a list of names and of a value, and of a path with the NUL at its end. */
const mostOfAttributes = 64 * 1024;
const longestPath = 4096;
/** The kernel takes memory of the size that is offered, for every file: few need more than this. */
const usualNames = 512;

/** All attributes of a file, or of a link itself, that its reader may see, by name; undefined where there are none. */
export type ReadAttributes = (path: string) => Record<string, Uint8Array> | undefined;

/**
 * What cannot be read (a file that is gone, a file system that has none) is as good as nothing. Needs nothing else of the
 * kernel room, and no new memory for a file without attributes: it is asked of every file of a build.
 */
export function attributeReader(): ReadAttributes {
  const { llistxattr, lgetxattr } = dlopen('libc.so.6', {
    llistxattr: { args: ['ptr', 'ptr', FFIType.u64_fast], returns: FFIType.i64_fast },
    lgetxattr: { args: ['ptr', 'ptr', 'ptr', FFIType.u64_fast], returns: FFIType.i64_fast },
  }).symbols;
  const place = Buffer.allocUnsafeSlow(longestPath);
  const found = Buffer.allocUnsafeSlow(mostOfAttributes);

  /** Puts it where the kernel reads it; false for one that is too long for any file. */
  function name(path: string): boolean {
    // A text of this many characters fits, whatever they are.
    const bytes = path.length * 3 < longestPath && path.isWellFormed() ? undefined : nameBytes(path);
    const length = bytes ? bytes.copy(place) : place.write(path);
    if (length >= longestPath) return false;
    place[length] = 0;
    return true;
  }

  return path => {
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
  };
}
