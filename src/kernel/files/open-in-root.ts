// Paths seen from inside a container's root, or below a directory, on the host.
import { closeSync, constants, openSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cstring, type Libc } from '../libc/libc.ts';
import { fromNodeError, SystemCallError, systemCallError } from '../libc/system-call-error.ts';

const OPENAT2 = 437;
const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;
const RESOLVE_BENEATH = 0x08n;
const RESOLVE_IN_ROOT = 0x10n;
/** As many as the kernel follows itself. */
const maximumLinks = 40;
/** openat2 gives up when something is renamed while it walks over `..`. */
const maximumTries = 100;

/**
 * The kernel resolves what exists, so that no race with the container can lead out. What does not exist is appended as
 * it is; a link that leads nowhere is followed by hand first, or whoever creates the file would follow it on the host.
 */
export function openInRoot(libc: Libc, root: string, path: string): string {
  const folder = open(root, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    let head = path;
    let tail: string[] = [];
    for (let links = 0; ; ) {
      const found = openWithin(libc, folder, head, 0);
      if (found !== undefined) return join(found, ...tail);
      const target = danglingTarget(libc, folder, head);
      if (target !== undefined) {
        if (++links > maximumLinks) throw systemCallError('open in root', 'ELOOP', path);
        head = target.startsWith('/') ? target : `${parent(head)}/${target}`;
        continue;
      }
      const name = lastComponent(head);
      if (name === '..' || head === '/') throw systemCallError('open in root', 'ENOENT', path);
      if (name !== '.') tail = [name, ...tail];
      head = parent(head);
    }
  } finally {
    closeSync(folder);
  }
}

/** An O_PATH descriptor of what `path` leads to below `root`, where no link may lead out, not even to come back (EXDEV). */
export function openBeneath(libc: Libc, root: string, path: string): number {
  const folder = open(root, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const found = openat2(libc, folder, path, 0, RESOLVE_BENEATH);
    if (found === undefined) throw systemCallError('open beneath', 'ENOENT', path);
    return found;
  } finally {
    closeSync(folder);
  }
}

/** An O_PATH descriptor of what is at `path` inside `root`. */
export function openDescriptor(libc: Libc, o: { root: string; path: string; follow: boolean }): number {
  const folder = open(o.root, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const found = openat2(libc, folder, o.path, o.follow ? 0 : constants.O_NOFOLLOW);
    if (found === undefined) throw systemCallError('open in root', 'ENOENT', o.path);
    return found;
  } finally {
    closeSync(folder);
  }
}

/** The host path of what `name` leads to; undefined if it does not exist. */
function openWithin(libc: Libc, folder: number, name: string, flags: number): string | undefined {
  const fd = openat2(libc, folder, name, flags);
  if (fd === undefined) return undefined;
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } finally {
    libc.call.close(fd);
  }
}

/** Where the link `name` points; undefined if it is no link. */
function danglingTarget(libc: Libc, folder: number, name: string): string | undefined {
  // With a slash at its end the kernel would follow it all the same.
  const link = openWithin(libc, folder, name.replace(/\/+$/, ''), constants.O_NOFOLLOW);
  return link === undefined ? undefined : readlinkSync(link);
}

function openat2(
  libc: Libc,
  folder: number,
  name: string,
  flags: number,
  resolve: bigint = RESOLVE_IN_ROOT,
): number | undefined {
  const how = Buffer.alloc(24);
  how.writeBigUInt64LE(BigInt(O_PATH | O_CLOEXEC | flags), 0);
  how.writeBigUInt64LE(resolve, 16);
  for (let attempt = 1; ; attempt++) {
    try {
      return libc.syscall('openat2', OPENAT2, [folder, cstring(name || '.'), how, how.length], name);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      if (error.code === 'ENOENT') return undefined;
      if (error.code !== 'EAGAIN' || attempt === maximumTries) throw error;
    }
  }
}

/** The path without its last component, `/` at the end of the way. */
function parent(path: string): string {
  return path.replace(/\/+$/, '').replace(/\/*[^/]*$/, '') || '/';
}

function lastComponent(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) ?? '';
}

function open(path: string, flags: number): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    throw fromNodeError(error);
  }
}
