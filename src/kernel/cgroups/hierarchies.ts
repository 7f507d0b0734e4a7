// Where the control group hierarchies of this host are.
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from '../files/read-if-there.ts';
import type { CgroupMode } from './cgroups.ts';

export interface Hierarchies {
  mode: CgroupMode;
  /** Folder of each v1 controller; in v2 mode every controller is in the one tree. */
  controllers: Map<string, string>;
  /** Every mounted hierarchy once, those without controllers (`systemd`, `unified`) included. */
  folders: string[];
  /**
   * Empty folders where a hierarchy was unmounted. crun makes groups in every hierarchy /proc/self/cgroup names, also
   * where it is hidden: as ordinary folders.
   */
  hidden: string[];
}

/** Finds them below `root` (/sys/fs/cgroup); `proc` says which v1 controllers the kernel has. */
export function findHierarchies(root: string, proc: string): Hierarchies {
  const unified = readIfThere(join(root, 'cgroup.controllers'));
  if (unified !== undefined) {
    const names = unified.split(/\s+/).filter(Boolean);
    // cpuset, cpu and others are listed; freezing and killing are always there, accounting of processor time too.
    return { mode: 'v2', controllers: new Map(names.map(name => [name, root])), folders: [root], hidden: [] };
  }
  const known = knownControllers(proc);
  const controllers = new Map<string, string>();
  const folders = new Set<string>();
  const hidden: string[] = [];
  let hybrid = false;
  for (const name of foldersOf(root)) {
    const folder = realpathSync(join(root, name));
    if (!isThere(join(folder, 'cgroup.procs'))) {
      hidden.push(folder);
      continue;
    }
    folders.add(folder);
    if (isThere(join(folder, 'cgroup.controllers'))) hybrid = true;
    else for (const controller of name.split(',')) if (known.has(controller)) controllers.set(controller, folder);
  }
  return { mode: hybrid ? 'hybrid' : 'v1', controllers, folders: [...folders], hidden };
}

/** From /proc/cgroups: a v1 hierarchy without controllers is named otherwise. */
function knownControllers(proc: string): Set<string> {
  const lines = (readIfThere(join(proc, 'cgroups')) ?? '').split('\n').filter(line => !line.startsWith('#'));
  const names = lines.map(line => line.split(/\s+/)[0] ?? '').filter(Boolean);
  return new Set(names);
}

function foldersOf(root: string): string[] {
  if (!isThere(root)) return [];
  return readdirSync(root).filter(name => statSync(join(root, name), { throwIfNoEntry: false })?.isDirectory());
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
