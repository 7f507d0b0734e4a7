// What a container uses of the machine.

import { type CgroupStats, type Kernel, SystemCallError } from '../../kernel/index.ts';

/** One reading of a container's control group; see the kernel's CgroupStats for units and what may be missing. */
export type ResourceUsage = CgroupStats;

/** Undefined when the group is gone. */
export function readUsage(path: string, kernel: Pick<Kernel, 'cgroups'>): ResourceUsage | undefined {
  try {
    return kernel.cgroups.stats(path);
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
