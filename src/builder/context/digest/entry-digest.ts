// What is in a file besides its times, as a digest.
import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync, type Stats } from 'node:fs';
import { TimeSlice } from '../../../lib/concurrency/time-slice.ts';
import { type Digest, sha256 } from '../../../oci/digest.ts';
import { linkTarget, pathIn } from '../copy/resolve-in-root.ts';

/** Extended attributes; neither follows a link. The kernel's `files` has them. */
export interface Attributes {
  listXattr(path: string): string[];
  getXattr(path: string, name: string): Uint8Array | undefined;
}

const chunkSize = 256 * 1024;

/**
 * The digest of one entry that is no directory: type, mode, owner, size, link target, device, attributes and content.
 * `known` is the digest of its bytes where somebody has it already.
 */
export async function entryDigest(
  place: { readonly root: string; readonly path: string; readonly stats: Stats },
  attributes: Attributes,
  known: Digest | undefined,
): Promise<Digest> {
  const { path, root, stats } = place;
  const hash = entryHeader(place, attributes);
  if (stats.isFile()) hash.update(known ?? (await contentDigest(root, path)));
  else if (stats.isSymbolicLink()) hash.update(linkTarget(root, path));
  return `sha256:${hash.digest('hex')}`;
}

/** The beginning of the digest of any entry: what its inode says that is neither a time nor content. */
export function entryHeader(
  { path, root, stats }: { readonly root: string; readonly path: string; readonly stats: Stats },
  attributes: Attributes,
): Hash {
  const device = stats.isCharacterDevice() || stats.isBlockDevice() ? stats.rdev : 0;
  const size = stats.isFile() ? stats.size : 0;
  const hash = createHash('sha256').update(`${stats.mode} ${stats.uid} ${stats.gid} ${size} ${device}\0`);
  if (stats.isSymbolicLink()) return hash;
  const absolute = `${root}/${path}`;
  for (const name of attributes.listXattr(absolute).filter(isContent).sort()) {
    hash.update(`${name}\0`).update(sha256(attributes.getXattr(absolute, name) ?? new Uint8Array()));
  }
  return hash;
}

/** Attributes that belong to a file rather than to the machine it is on. */
function isContent(name: string): boolean {
  if (name === 'security.capability') return true;
  return !['security.', 'system.', 'trusted.overlay.', 'user.overlay.'].some(prefix => name.startsWith(prefix));
}

async function contentDigest(root: string, path: string): Promise<Digest> {
  const descriptor = openSync(pathIn(root, path), 'r');
  try {
    const slice = new TimeSlice();
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(chunkSize);
    for (let length = readSync(descriptor, buffer); length > 0; length = readSync(descriptor, buffer)) {
      hash.update(buffer.subarray(0, length));
      if (slice.used) await slice.pause();
    }
    return `sha256:${hash.digest('hex')}`;
  } finally {
    closeSync(descriptor);
  }
}
