// Limits that an update takes away. crun writes the -1 of a limit of processes or CPU time as it is, or as 2^64 - 1: the
// kernel takes neither, so these are lifted without the runtime.

import type { LiftableLimit } from '../../kernel/index.ts';
import type { ResourceLimits } from './input.ts';

/** What the runtime can set, and what is to be lifted. */
export function splitLifted(limits: ResourceLimits): { rest: ResourceLimits; lifted: LiftableLimit[] } {
  const { pidsLimit = 1, cpuQuota = 0 } = limits;
  const rest = { ...limits };
  const lifted: LiftableLimit[] = [];
  if (pidsLimit < 1) {
    delete rest.pidsLimit;
    lifted.push('pids');
  }
  if (cpuQuota < 0) {
    delete rest.cpuQuota;
    lifted.push('cpuQuota');
  }
  return { rest, lifted };
}
