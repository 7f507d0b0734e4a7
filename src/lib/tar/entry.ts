// One member of a tar archive, as the reader hands it out and the writer takes it.

export type TarEntryType = 'file' | 'link' | 'symlink' | 'char' | 'block' | 'directory' | 'fifo';

/** Names are text; bytes that are not UTF-8 are kept as lone surrogates (see names.ts). */
export interface TarEntry {
  type: TarEntryType;
  /** As in the archive: may be absolute, contain `..`, end in `/`. */
  name: string;
  /** Where a link points; empty for everything else. */
  linkName: string;
  /** Permission bits with setuid, setgid and sticky. */
  mode: number;
  uid: number;
  gid: number;
  /** Bytes of content as a reader of the file sees them, holes included; 0 for everything but files. */
  size: number;
  /** Seconds since 1970, and the nanoseconds on top (0 … 999,999,999). */
  mtime: number;
  mtimeNanoseconds: number;
  deviceMajor: number;
  deviceMinor: number;
  /** Extended attributes by full name (`security.capability`). */
  xattrs: Map<string, Buffer> | undefined;
  /** The content comes in pieces with holes between them. */
  sparse: boolean;
}

/** An entry with usual values for what is not given. */
export function tarEntry(values: Partial<TarEntry> & Pick<TarEntry, 'type' | 'name'>): TarEntry {
  return {
    linkName: '',
    mode: values.type === 'directory' ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    size: 0,
    mtime: 0,
    mtimeNanoseconds: 0,
    deviceMajor: 0,
    deviceMinor: 0,
    xattrs: undefined,
    sparse: false,
    ...values,
  };
}
