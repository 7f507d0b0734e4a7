// fsutil's description of a file, with Go's mode bits, as an entry of ours and back.

import { constants } from 'node:fs';
import { invalid } from '../../../lib/errors.ts';
import type { FileFacts } from '../../../lib/files/file-facts.ts';
import { type TarEntry, type TarEntryType, tarEntry } from '../../../lib/tar/entry.ts';
import type { Stat } from './packet.ts';

/** Bits of Go's os.FileMode. */
const goMode = {
  directory: 0x8000_0000,
  symlink: 0x0800_0000,
  device: 0x0400_0000,
  namedPipe: 0x0200_0000,
  socket: 0x0100_0000,
  setuid: 0x0080_0000,
  setgid: 0x0040_0000,
  characterDevice: 0x0020_0000,
  sticky: 0x0010_0000,
} as const;

/** Any of them makes it something else than a file. */
const nonFile = goMode.directory | goMode.symlink | goMode.device | goMode.namedPipe | goMode.socket;

const billion = 1_000_000_000n;

/** Throws `invalid` for what cannot be in a build context (a socket). A regular file with a link name is a hard link. */
export function entryOfStat(stat: Partial<Stat>): TarEntry {
  const { path = '', mode = 0, linkname = '', modTime = 0n, xattrs = {} } = stat;
  const type = typeOf(mode, linkname);
  if (!type) throw invalid(`${path} is a socket and cannot be part of a build context`);
  // Rounded down, also before 1970.
  const seconds = modTime / billion - (modTime % billion < 0n ? 1n : 0n);
  const attributes = Object.entries(xattrs);
  return tarEntry({
    type,
    name: path,
    linkName: type === 'link' || type === 'symlink' ? linkname : '',
    mode: permissionsOf(mode),
    uid: stat.uid ?? 0,
    gid: stat.gid ?? 0,
    size: type === 'file' ? (stat.size ?? 0) : 0,
    mtime: Number(seconds),
    mtimeNanoseconds: Number(modTime - seconds * billion),
    deviceMajor: stat.devmajor ?? 0,
    deviceMinor: stat.devminor ?? 0,
    xattrs: attributes.length > 0 ? new Map(attributes.map(([name, value]) => [name, Buffer.from(value)])) : undefined,
  });
}

/** The other way round. */
export function statOfEntry(entry: TarEntry): FileStat {
  return {
    path: entry.name,
    mode: goModeOf(entry),
    uid: entry.uid,
    gid: entry.gid,
    size: entry.size,
    modTime: BigInt(entry.mtime) * billion + BigInt(entry.mtimeNanoseconds),
    linkname: entry.linkName,
    devmajor: entry.deviceMajor,
    devminor: entry.deviceMinor,
    ...(entry.xattrs && { xattrs: Object.fromEntries(entry.xattrs) }),
  };
}

/** What is told of a file: zero values may be left out. */
export type FileStat = Partial<Stat> & Pick<Stat, 'path' | 'mode'>;

/**
 * What a file on disk is, without its attributes, as root's: who owns it here says nothing elsewhere. `readLink` is asked
 * for the target of a symbolic link. Undefined for what no build can have (a socket).
 */
export function statOfFile(path: string, facts: FileFacts, readLink: () => string): FileStat | undefined {
  const { mode: unix, mtimeNs: modTime } = facts;
  const format = unix & constants.S_IFMT;
  const permissions = (unix & 0o777) | specialBits(unix);
  if (format === constants.S_IFREG) return { path, mode: permissions, size: facts.size, modTime };
  const type = typeOfFormat[format];
  if (type === undefined) return undefined;
  const mode = (permissions | typeBits[type]) >>> 0;
  if (type === 'symlink') return { path, mode, modTime, linkname: readLink() };
  if (type !== 'char' && type !== 'block') return { path, mode, modTime };
  return { path, mode, modTime, devmajor: facts.deviceMajor, devminor: facts.deviceMinor };
}

export function isDirectory({ mode }: FileStat): boolean {
  return (mode & goMode.directory) !== 0;
}

/** Also another name of a file. */
export function isFile({ mode }: FileStat): boolean {
  return (mode & nonFile) === 0;
}

function typeOf(mode: number, linkname: string): TarEntryType | undefined {
  if (mode & goMode.directory) return 'directory';
  if (mode & goMode.symlink) return 'symlink';
  if (mode & goMode.namedPipe) return 'fifo';
  if (mode & goMode.socket) return undefined;
  if (mode & goMode.device) return mode & goMode.characterDevice ? 'char' : 'block';
  return linkname === '' ? 'file' : 'link';
}

function permissionsOf(mode: number): number {
  const bit = (go: number, unix: number) => (mode & go ? unix : 0);
  return (mode & 0o777) | bit(goMode.setuid, 0o4000) | bit(goMode.setgid, 0o2000) | bit(goMode.sticky, 0o1000);
}

const typeBits: Record<TarEntryType, number> = {
  file: 0,
  link: 0,
  symlink: goMode.symlink,
  directory: goMode.directory,
  fifo: goMode.namedPipe,
  block: goMode.device,
  char: goMode.device | goMode.characterDevice,
};

/** By the format bits of an inode's mode. */
const typeOfFormat: Readonly<Record<number, TarEntryType>> = {
  [constants.S_IFDIR]: 'directory',
  [constants.S_IFLNK]: 'symlink',
  [constants.S_IFIFO]: 'fifo',
  [constants.S_IFBLK]: 'block',
  [constants.S_IFCHR]: 'char',
};

function goModeOf({ mode, type }: TarEntry): number {
  return ((mode & 0o777) | specialBits(mode) | typeBits[type]) >>> 0;
}

function specialBits(mode: number): number {
  const bit = (unix: number, go: number) => (mode & unix ? go : 0);
  return bit(0o4000, goMode.setuid) | bit(0o2000, goMode.setgid) | bit(0o1000, goMode.sticky);
}
