// A file as a member of an archive.

import { readlinkSync } from 'node:fs';
import { splitDevice } from '../../device-number.ts';
import { type TarEntry, type TarEntryType, tarEntry } from '../entry.ts';
import { decodeName, encodeName } from '../names.ts';
import type { TreeNode } from './walk-tree.ts';

const nanosecondsPerSecond = 1_000_000_000n;

/** Reads extended attributes; whoever has no kernel at hand archives without them. */
export interface AttributeReader {
  listXattr(path: string): string[];
  getXattr(path: string, name: string): Buffer | undefined;
}

/**
 * What the archive says of a node; undefined for a socket, which no archive can hold. Of its attributes those that mean the
 * same on another machine, or `every` one but overlay's own.
 */
export function describeNode(
  node: TreeNode,
  attributes: AttributeReader | undefined,
  { every = false }: { every?: boolean | undefined } = {},
): TarEntry | undefined {
  const { stats, path } = node;
  const type = typeOf(node);
  if (type === undefined) return undefined;
  const seconds = stats.mtimeNs / nanosecondsPerSecond - (stats.mtimeNs % nanosecondsPerSecond < 0n ? 1n : 0n);
  const isDevice = type === 'char' || type === 'block';
  const device = isDevice ? splitDevice(Number(stats.rdev)) : undefined;
  return tarEntry({
    type,
    name: type === 'directory' && !node.name.endsWith('/') ? `${node.name}/` : node.name,
    linkName: type === 'symlink' ? decodeName(readlinkSync(encodeName(path), { encoding: 'buffer' })) : '',
    mode: Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    size: type === 'file' ? Number(stats.size) : 0,
    mtime: Number(seconds),
    mtimeNanoseconds: Number(stats.mtimeNs - seconds * nanosecondsPerSecond),
    ...(device && { deviceMajor: device.major, deviceMinor: device.minor }),
    xattrs: attributes && readAttributes(path, attributes, every ? isOfFile : isPortable),
  });
}

function typeOf({ stats }: TreeNode): TarEntryType | undefined {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFIFO()) return 'fifo';
  if (stats.isCharacterDevice()) return 'char';
  return stats.isBlockDevice() ? 'block' : undefined;
}

function readAttributes(
  path: string,
  reader: AttributeReader,
  isWanted: (name: string) => boolean,
): Map<string, Buffer> | undefined {
  let found: Map<string, Buffer> | undefined;
  for (const name of reader.listXattr(path)) {
    if (!isWanted(name)) continue;
    const value = reader.getXattr(path, name);
    if (value) (found ??= new Map()).set(name, value);
  }
  return found;
}

const isOfFile = (name: string) => !name.startsWith('trusted.overlay.') && !name.startsWith('user.overlay.');

/** Capabilities, access lists and the user's own; not what belongs to the host (labels) or to overlay. */
function isPortable(name: string): boolean {
  if (name.startsWith('user.')) return isOfFile(name);
  return name === 'security.capability' || name.startsWith('system.posix_acl_');
}
