// Ending whatever is left in a container's cgroup, and the cgroup with it.

import { setTimeout as delay } from 'node:timers/promises';
import type { Kernel } from '../../kernel/index.ts';
import { errorCode, systemError } from '../../lib/errors.ts';

const sigkill = 9;
/** Killing takes this long at most unless a process hangs in the kernel. */
const patience = 10_000;

/**
 * Kills every process in the group and removes it from every hierarchy. Throws `system` when processes will not die
 * within ten seconds.
 */
export async function emptyCgroup(path: string, kernel: Pick<Kernel, 'cgroups' | 'processes'>): Promise<void> {
  const deadline = Date.now() + patience;
  for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
    if (await removed(path, kernel)) return;
    for (const pid of kernel.cgroups.processes(path)) kernel.processes.kill(pid, sigkill);
    if (Date.now() > deadline) throw systemError(`processes in cgroup ${path} do not end`);
    await delay(wait);
  }
}

async function removed(path: string, kernel: Pick<Kernel, 'cgroups'>): Promise<boolean> {
  try {
    await kernel.cgroups.remove(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EBUSY') return false;
    throw error;
  }
}
