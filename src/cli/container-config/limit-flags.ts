// The limits of a container that can be changed later: flags of `create`, `run` and `update`.

import { string } from '../grammar/flag.ts';
import { bytes, cpus, int, uint } from '../grammar/number-flags.ts';

/** A fresh set of the flags. */
export const limitFlags = () => ({
  'blkio-weight': uint('Block I/O weight, 10 to 1000; 0 turns it off', { bits: 16, shownDefault: '0' }),
  'cpu-period': int('Period of the CPU quota, in microseconds'),
  'cpu-quota': int('CPU quota per period, in microseconds'),
  'cpu-rt-period': int('Period of real-time CPU, in microseconds'),
  'cpu-rt-runtime': int('Real-time CPU per period, in microseconds'),
  'cpu-shares': int('CPU weight against other containers', { short: 'c' }),
  cpus: cpus('Number of CPUs'),
  'cpuset-cpus': string('CPUs it may run on (0-3, 0,1)'),
  'cpuset-mems': string('Memory nodes it may use (0-3, 0,1)'),
  memory: bytes('Memory limit', { short: 'm' }),
  'memory-reservation': bytes('Memory the container should stay within when memory is short'),
  'memory-swap': bytes("Limit of memory and swap together; '-1' for unlimited swap", { unlimited: true }),
  'pids-limit': int('Limit of processes (-1 for none)'),
});
