// Filling an empty volume with what an image has at the place where the volume will be mounted.

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, readdirSync, renameSync, rmdirSync, rmSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { systemError } from '../lib/errors.ts';

/** Beginning of the name of a folder that is being filled, beside the volume's own; what is left of it is garbage. */
export const stagingPrefix = '.copy-up.';

interface CopyUp {
  /** A folder of a mounted root file system. */
  from: string;
  /** The volume's folder; there already. */
  to: string;
  /** Another file system is mounted at `to`, so nothing can be moved there. */
  inPlace: boolean;
  /** Whether others have the volume mounted by now, and so must see the same folder as before. */
  isShared: () => boolean;
}

/**
 * Copies everything, with owners, modes, times, links and extended attributes, and gives `to` the owner and mode of
 * `from`. False when `to` is not empty or `from` is no folder or an empty one. The copy appears at once, except in
 * place; a crash leaves the volume empty and a folder that begins with `stagingPrefix`.
 */
export async function copyUp(o: CopyUp): Promise<boolean> {
  const { from, to } = o;
  if (!lstatSync(from, { throwIfNoEntry: false })?.isDirectory() || readdirSync(to).length > 0) return false;
  if (readdirSync(from).length === 0) {
    copyAttributes(from, to);
    return false;
  }
  if (o.inPlace) {
    await copyTree(from, to);
    return true;
  }
  const staging = join(dirname(to), `${stagingPrefix}${randomBytes(4).toString('hex')}`);
  try {
    await copyTree(from, staging);
    if (o.isShared()) moveChildren(staging, to);
    else renameSync(staging, to);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return true;
}

/** Another container holds the folder itself: its content has to come to it. Synchronous, so seen by us as one step. */
function moveChildren(from: string, to: string): void {
  if (readdirSync(to).length > 0) return;
  for (const name of readdirSync(from)) renameSync(join(from, name), join(to, name));
  copyAttributes(from, to);
  rmdirSync(from);
}

function copyAttributes(from: string, to: string): void {
  const { uid, gid, mode, atime, mtime } = lstatSync(from);
  chownSync(to, uid, gid);
  chmodSync(to, mode & 0o7777);
  utimesSync(to, atime, mtime);
}

/** GNU cp knows every kind of file and attribute, holes and hard links, and works beside the event loop. */
async function copyTree(from: string, to: string): Promise<void> {
  try {
    await promisify(execFile)('cp', ['--archive', '--no-target-directory', '--', from, to]);
  } catch (error) {
    const reason = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw systemError(`error while filling a volume from the image: ${reason}`, error);
  }
}
