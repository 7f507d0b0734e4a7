// Nothing is mounted into /proc, as runc has it: other files there would fool programs, and what protects the host's own.

import { posix } from 'node:path';
import { systemError } from '../../../lib/errors.ts';

/** The files that lxcfs serves to containers, and two that hold settings of the container alone. */
const served = new Set(
  'cpuinfo diskstats meminfo stat swaps uptime loadavg slabinfo net/dev sys/kernel/ns_last_pid sys/crypto/fips_enabled'.split(
    ' ',
  ),
);

/** Throws `system` in runc's words. `destination` is absolute. */
export function refuseInProc(destination: string): void {
  const clean = posix.normalize(destination);
  if (!clean.startsWith('/proc/') || served.has(clean.slice('/proc/'.length))) return;
  throw systemError(`${JSON.stringify(clean)} cannot be mounted because it is inside /proc`);
}
