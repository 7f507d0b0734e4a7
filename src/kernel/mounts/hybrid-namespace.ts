// The mount namespace in which crun accepts a hybrid cgroup host.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { systemError } from '../../lib/errors.ts';
import { readIfThere } from '../files/read-if-there.ts';
import { openLibc } from '../libc/libc.ts';
import { LinuxMounts } from './linux-mounts.ts';
import { parseMountinfo } from './mountinfo.ts';
import type { MountEntry, Mounts } from './mounts.ts';

/** crun takes a cgroup2 mount here, beside v1 controllers, for a host that it does not support. */
const unified = '/sys/fs/cgroup/unified';

/**
 * `ready` when this process may run crun: the host is not hybrid, or the process is in the namespace already. Else the
 * argv to exec: this very program, inside a mount namespace without the v2 tree. The first call makes the namespace
 * (a slave of the host's, so that file systems mounted later on the host still appear) and pins it at the file `pin`;
 * later calls lead into the same one, so that mounts made before a kill -9 are still there. The folder of `pin` becomes
 * a private mount of itself. Killed half-way it leaves nothing that the next call does not repair. Throws BerthError
 * `system`, SystemCallError.
 */
export function ensureHybridMountNamespace(o: { pin: string }): 'ready' | { exec: string[] } {
  const pin = resolve(o.pin);
  const mounts = new LinuxMounts(openLibc());
  const table = mounts.list();
  if (!table.some(entry => entry.target === unified && entry.type === 'cgroup2')) return 'ready';
  if (!table.some(entry => isNamespacePin(entry, pin))) createPinned(mounts, pin);
  return { exec: ['nsenter', `--mount=${pin}`, `--wdns=${workingFolder()}`, '--', ...ownCommand()] };
}

/**
 * Drops the pin and the private mount of its folder, from inside the namespace or from outside; nothing to drop is
 * fine. The namespace lives on while processes are in it.
 */
export function removeMountNamespace(pin: string): void {
  const path = resolve(pin);
  const mounts = new LinuxMounts(openLibc());
  const table = mounts.list();
  if (table.some(entry => isNamespacePin(entry, path))) {
    for (const target of toUnmount(table, path)) mounts.unmount(target, { lazy: true });
  } else {
    // The namespace cannot see its own pin: a process outside has to be borrowed from.
    const outside = findOutside(path);
    if (outside) {
      const targets = toUnmount(outside.table, path);
      run(['nsenter', `--mount=/proc/${outside.pid}/ns/mnt`, '--', 'umount', '--lazy', '--', ...targets]);
    }
  }
  rmSync(path, { force: true });
}

function createPinned(mounts: Mounts, pin: string): void {
  const folder = dirname(pin);
  mkdirSync(folder, { recursive: true });
  // A pin that spreads into the namespace it pins would make a circle: the kernel refuses it on a shared mount.
  const covering = mounts.list().findLast(entry => entry.target === folder);
  if (!covering || covering.propagation.length > 0) mounts.bind(folder, folder, { propagation: 'private' });

  // Made under another name and bound to its own when finished: a pin at `pin` is always a whole namespace.
  const draft = join(folder, `${basename(pin)}.new`);
  try {
    unshareInto(mounts, draft);
    closeSync(openSync(pin, 'w'));
    mounts.bind(draft, pin);
  } finally {
    while (mounts.unmount(draft, { lazy: true }));
    rmSync(draft, { force: true });
  }
}

/**
 * A namespace without the v2 tree, pinned at `draft`. The kernel takes a pin only of a namespace with a higher number
 * than the one it is made in, and from 6.18 on it hands out numbers to each processor in batches: started inside a
 * namespace made on another processor, this one may be numbered lower (EINVAL). On some processor it works.
 */
function unshareInto(mounts: Mounts, draft: string): void {
  const command = ['unshare', `--mount=${draft}`, '--propagation', 'slave', 'umount', unified];
  const failures: unknown[] = [];
  for (const processor of [undefined, ...cpus().keys()]) {
    while (mounts.unmount(draft, { lazy: true }));
    closeSync(openSync(draft, 'w'));
    try {
      run(processor === undefined ? command : ['taskset', '--cpu-list', String(processor), ...command]);
      return;
    } catch (error) {
      failures.push(error);
    }
  }
  throw failures[0];
}

function isNamespacePin(entry: MountEntry, pin: string): boolean {
  return entry.target === pin && entry.type === 'nsfs' && entry.root.startsWith('mnt:');
}

/** The pin, and its folder if that is mounted on itself as createPinned does it. */
function toUnmount(table: MountEntry[], pin: string): string[] {
  const folder = dirname(pin);
  const own = table.findLast(entry => entry.target === folder);
  const below = table.find(entry => entry.id === own?.parent);
  const onItself = own && below && own.root === join(below.root, relative(below.target, folder));
  return onItself && own.propagation.length === 0 ? [pin, folder] : [pin];
}

/** A process that sees the pin: one look per mount namespace. */
function findOutside(pin: string): { pid: number; table: MountEntry[] } | undefined {
  const seen = new Set<string>();
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    const namespace = linkIfThere(`/proc/${pid}/ns/mnt`);
    if (namespace === undefined || seen.has(namespace)) continue;
    seen.add(namespace);
    const table = parseMountinfo(readIfThere(`/proc/${pid}/mountinfo`) ?? '');
    if (table.some(entry => isNamespacePin(entry, pin))) return { pid: Number(pid), table };
  }
  return undefined;
}

/** How this program was called. The name in argv[0] is kept where it leads to this program: it may say `dockerd`. */
function ownCommand(): string[] {
  const [name = '', ...args] = readFileSync('/proc/self/cmdline', 'utf8').replace(/\0$/, '').split('\0');
  const program = name.includes('/') ? resolve(name) : Bun.which(name);
  return [program && samePath(program, process.execPath) ? program : process.execPath, ...args];
}

function samePath(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}

function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return '/'; // it was removed
  }
}

function linkIfThere(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function run([program = '', ...args]: string[]): void {
  const result = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  if (result.error) throw systemError(`cannot run ${program}: ${result.error.message}`, result.error);
  if (result.status !== 0)
    throw systemError(`${program} failed: ${result.stderr.trim() || `exit code ${result.status}`}`);
}
