// Whether a client's entry is what is on disk already.
import type { TarEntry } from '../../../lib/tar/entry.ts';

/** By type, mode, owner, size, time (of all but directories) and attributes: as BuildKit compares them. */
export function isSameEntry(a: TarEntry, b: TarEntry): boolean {
  return (
    a.type === b.type &&
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.size === b.size &&
    a.linkName === b.linkName &&
    a.deviceMajor === b.deviceMajor &&
    a.deviceMinor === b.deviceMinor &&
    (a.type === 'directory' || (a.mtime === b.mtime && a.mtimeNanoseconds === b.mtimeNanoseconds)) &&
    sameXattrs(a.xattrs, b.xattrs)
  );
}

function sameXattrs(a: TarEntry['xattrs'], b: TarEntry['xattrs']): boolean {
  if ((a?.size ?? 0) !== (b?.size ?? 0)) return false;
  return [...(a ?? [])].every(([name, value]) => b?.get(name)?.equals(value) === true);
}
