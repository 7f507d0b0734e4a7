// Which numeric user a container's process runs as: `--user` looked up in the image's own /etc/passwd and /etc/group.

import { readFileSync } from 'node:fs';
import type { Kernel } from '../kernel/index.ts';
import { errorCode, invalid } from '../lib/errors.ts';

export interface ResolvedUser {
  uid: number;
  gid: number;
  /** The group itself, those the user is a member of when no group was named, and the added ones; each once. */
  additionalGids: number[];
  /** For HOME; `/` when the user is not listed. */
  home: string;
  /** Undefined when the user is not listed. */
  name?: string;
}

interface PasswdEntry {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

interface GroupEntry {
  name: string;
  gid: number;
  members: string[];
}

const maxId = 2_147_483_647;

/**
 * `user` is empty (root), `name|uid` or `name|uid:group|gid`; the files are read inside `rootfs`, whatever links it
 * holds, and may be missing. Throws `invalid` in Docker's words for a name that is not listed.
 */
export function resolveUser(
  rootfs: string,
  user: string,
  groupAdd: string[],
  kernel: Pick<Kernel, 'files'>,
): ResolvedUser {
  const [userPart = '', groupPart = ''] = user.split(':', 2);
  const lines = (path: string) => readLines(rootfs, path, kernel);
  const entry = findUser(lines('/etc/passwd').map(parsePasswd), userPart || '0');
  // Most containers run as root with no extra groups; the group file then only matters for membership.
  const groups = lines('/etc/group').map(parseGroup);
  const gid = groupPart ? findGroup(groups, groupPart) : (entry.gid ?? 0);
  const member = groupPart || !entry.name ? [] : groups.filter(group => group.members.includes(entry.name ?? ''));
  const added = groupAdd.map(name => findGroup(groups, name));
  const additionalGids = [...new Set([gid, ...member.map(group => group.gid), ...added])];
  return { uid: entry.uid, gid, additionalGids, home: entry.home || '/', ...(entry.name && { name: entry.name }) };
}

function findUser(entries: PasswdEntry[], wanted: string): { uid: number; gid?: number; home?: string; name?: string } {
  const id = parseId(wanted);
  const entry = entries.find(item => item.name === wanted || (id !== undefined && item.uid === id));
  if (entry) return entry;
  if (id === undefined) throw invalid(`unable to find user ${wanted}: no matching entries in passwd file`);
  return { uid: checkRange(id) };
}

function findGroup(entries: GroupEntry[], wanted: string): number {
  const id = parseId(wanted);
  const entry = entries.find(item => item.name === wanted || (id !== undefined && item.gid === id));
  if (entry) return entry.gid;
  if (id === undefined) throw invalid(`unable to find group ${wanted}: no matching entries in group file`);
  return checkRange(id);
}

function checkRange(id: number): number {
  if (id < 0 || id > maxId) throw invalid(`uids and gids must be in range 0-${maxId}`);
  return id;
}

function parseId(text: string): number | undefined {
  return /^-?\d+$/.test(text) ? Number(text) : undefined;
}

function parsePasswd(line: string): PasswdEntry {
  const [name = '', , uid = '', gid = '', , home = ''] = line.split(':');
  return { name, uid: Number(uid), gid: Number(gid), home };
}

function parseGroup(line: string): GroupEntry {
  const [name = '', , gid = '', members = ''] = line.split(':');
  return { name, gid: Number(gid), members: members.split(',') };
}

function readLines(rootfs: string, path: string, kernel: Pick<Kernel, 'files'>): string[] {
  try {
    const text = readFileSync(kernel.files.openInRoot(rootfs, path), 'utf8');
    return text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return [];
    throw error;
  }
}
