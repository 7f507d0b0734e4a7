// Control groups through their file systems.
import { type Dirent, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../lib/errors.ts';
import { readIfThere } from '../files/read-if-there.ts';
import { fromNodeError, systemCallError } from '../libc/system-call-error.ts';
import type { CgroupMode, CgroupStats, Cgroups, LiftableLimit } from './cgroups.ts';
import { findHierarchies, type Hierarchies } from './hierarchies.ts';
import { readLines, readNumber } from './read-values.ts';
import { readStatsV1 } from './stats-v1.ts';
import { readStatsV2 } from './stats-v2.ts';

/** Looks for the hierarchies once: a host does not change them while it runs. */
export class LinuxCgroups implements Cgroups {
  readonly #hierarchies: Hierarchies;
  #anticipated: Promise<void> | undefined;

  /** `root`: where the hierarchies are mounted; `proc`: where procfs is. */
  constructor(options: { root?: string; proc?: string } = {}) {
    this.#hierarchies = findHierarchies(options.root ?? '/sys/fs/cgroup', options.proc ?? '/proc');
  }

  mode(): CgroupMode {
    return this.#hierarchies.mode;
  }

  version(): 1 | 2 {
    return this.#hierarchies.mode === 'v2' ? 2 : 1;
  }

  controllers(): string[] {
    return [...this.#hierarchies.controllers.keys()];
  }

  swapAccounting(): boolean {
    const memory = this.#hierarchies.controllers.get('memory');
    if (memory === undefined) return false;
    if (this.version() === 1) return existsSync(join(memory, 'memory.memsw.limit_in_bytes'));
    // The root group has no limits: its children show which there are.
    return childGroups(memory).some(name => existsSync(join(memory, name, 'memory.swap.max')));
  }

  blkioWeight(): boolean {
    // v2 has a weight with the controller, by one scheduler or the other.
    if (this.version() === 2) return this.#hierarchies.controllers.has('io');
    const blkio = this.#hierarchies.controllers.get('blkio');
    return blkio !== undefined && existsSync(join(blkio, 'blkio.weight'));
  }

  stats(path: string): CgroupStats {
    if (!this.exists(path)) throw systemCallError('read cgroup', 'ENOENT', path);
    if (this.version() === 2) return readStatsV2(within(this.#hierarchies.folders[0]!, path));
    return readStatsV1(controller => {
      const hierarchy = this.#hierarchies.controllers.get(controller);
      return hierarchy === undefined ? undefined : within(hierarchy, path);
    });
  }

  anticipateMove(): Promise<void> {
    this.#anticipated ??= this.#moveToOwnGroup().finally(() => {
      this.#anticipated = undefined;
    });
    return this.#anticipated;
  }

  exists(path: string): boolean {
    return this.#folders(path).length > 0;
  }

  async remove(path: string): Promise<void> {
    if (within('/', path) === '/') throw systemCallError('remove cgroup', 'EINVAL', path);
    const folders = this.#hierarchies.folders.map(hierarchy => within(hierarchy, path));
    const removals = await Promise.allSettled(folders.map(removeTree));
    const failure = removals.find(removal => removal.status === 'rejected');
    if (failure) throw fromNodeError(failure.reason);
    // Ordinary folders with ordinary files: the group would come back as one of these only.
    await Promise.all(
      this.#hierarchies.hidden.map(hidden => rm(within(hidden, path), { recursive: true, force: true })),
    );
  }

  list(parent: string): string[] {
    return [...new Set(this.#folders(parent).flatMap(childGroups))];
  }

  processes(path: string): number[] {
    return [...new Set(this.#folders(path).flatMap(processesBelow))].sort((a, b) => a - b);
  }

  lift(path: string, limit: LiftableLimit): void {
    const [controller, file, value] = this.#unlimited(limit);
    const hierarchy = this.#hierarchies.controllers.get(controller);
    if (hierarchy === undefined) throw systemCallError('lift limit', 'ENOENT', controller);
    try {
      // Without O_CREAT: a group that is gone must not come back as a folder with a file.
      writeFileSync(join(within(hierarchy, path), file), value, { flag: 'r+' });
    } catch (error) {
      throw fromNodeError(error);
    }
  }

  frozen(path: string): boolean {
    if (this.version() === 2) return readNumber(within(this.#hierarchies.folders[0]!, path), 'cgroup.freeze') === 1;
    const freezer = this.#hierarchies.controllers.get('freezer');
    const [state = 'THAWED'] = freezer === undefined ? [] : readLines(within(freezer, path), 'freezer.state');
    return state !== 'THAWED';
  }

  /** Controller, file, and what is written there for no limit. */
  #unlimited(limit: LiftableLimit): [controller: string, file: string, value: string] {
    if (limit === 'pids') return ['pids', 'pids.max', 'max'];
    return this.version() === 2 ? ['cpu', 'cpu.max', 'max'] : ['cpu', 'cpu.cfs_quota_us', '-1'];
  }

  async #moveToOwnGroup(): Promise<void> {
    const pids = this.version() === 1 ? this.#hierarchies.controllers.get('pids') : undefined;
    const group = /^\d+:pids:(.*)$/m.exec(readIfThere('/proc/self/cgroup') ?? '')?.[1];
    if (pids === undefined || group === undefined) return;
    // Only time is lost when it fails: the group may lie outside of what a container shows us.
    await writeFile(join(within(pids, group), 'cgroup.procs'), String(process.pid)).catch(() => {});
  }

  /** The group's folder in every hierarchy that has it. */
  #folders(path: string): string[] {
    return this.#hierarchies.folders
      .map(hierarchy => within(hierarchy, path))
      .filter(folder => statSync(folder, { throwIfNoEntry: false })?.isDirectory());
  }
}

/** `path` counts from the hierarchy's root; it cannot leave it. */
function within(hierarchy: string, path: string): string {
  return join(hierarchy, join('/', path)).replace(/(.)\/$/, '$1');
}

/** Groups are removed from the leaves up; the files in them are the kernel's and go along. Most have no leaves. */
async function removeTree(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    const children = childGroups(folder);
    if (children.length === 0) throw error;
    await Promise.all(children.map(name => removeTree(join(folder, name))));
    await removeTree(folder);
  }
}

function childGroups(folder: string): string[] {
  let entries: Dirent[] = [];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (!['ENOENT', 'ENODEV'].includes(errorCode(error) ?? '')) throw fromNodeError(error);
  }
  return entries.filter(entry => entry.isDirectory()).map(entry => entry.name);
}

function processesBelow(folder: string): number[] {
  const own = readLines(folder, 'cgroup.procs').map(Number);
  return [...own, ...childGroups(folder).flatMap(name => processesBelow(join(folder, name)))];
}
