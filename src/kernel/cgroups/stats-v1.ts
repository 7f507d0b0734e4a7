// Readings of cgroup v1.
import type { BlkioEntry, CgroupStats } from './cgroups.ts';
import { readLines, readNumber, readTable } from './read-values.ts';

/** Nanoseconds of a USER_HZ tick. */
const nanosecondsPerTick = 10_000_000;
/** "No limit" is the largest number of whole pages. */
const noLimit = 2 ** 62;

/** `folder` gives the group's folder in the hierarchy of a controller, undefined where there is none. */
export function readStatsV1(folder: (controller: string) => string | undefined): CgroupStats {
  return {
    memory: readMemory(folder('memory')),
    cpu: readCpu(folder('cpuacct'), folder('cpu')),
    pids: {
      current: readNumber(folder('pids'), 'pids.current') ?? 0,
      limit: readNumber(folder('pids'), 'pids.max'),
      refusals: readTable(folder('pids'), 'pids.events').max ?? 0,
    },
    blkio: {
      serviceBytes: readBlkio(folder('blkio'), 'io_service_bytes'),
      serviced: readBlkio(folder('blkio'), 'io_serviced'),
    },
  };
}

function readMemory(folder: string | undefined): CgroupStats['memory'] {
  const limit = readNumber(folder, 'memory.limit_in_bytes');
  return {
    usage: readNumber(folder, 'memory.usage_in_bytes') ?? 0,
    maxUsage: readNumber(folder, 'memory.max_usage_in_bytes'),
    limit: limit === undefined || limit >= noLimit ? undefined : limit,
    failures: readNumber(folder, 'memory.failcnt'),
    oomKills: readTable(folder, 'memory.oom_control').oom_kill ?? 0,
    stats: readTable(folder, 'memory.stat'),
  };
}

function readCpu(accounting: string | undefined, scheduling: string | undefined): CgroupStats['cpu'] {
  const { user = 0, system = 0 } = readTable(accounting, 'cpuacct.stat');
  const quota = readTable(scheduling, 'cpu.stat');
  const perCpu = readLines(accounting, 'cpuacct.usage_percpu')[0]?.trim().split(' ').map(Number) ?? [];
  return {
    total: readNumber(accounting, 'cpuacct.usage') ?? 0,
    user: user * nanosecondsPerTick,
    kernel: system * nanosecondsPerTick,
    perCpu,
    periods: quota.nr_periods ?? 0,
    throttledPeriods: quota.nr_throttled ?? 0,
    throttledTime: quota.throttled_time ?? 0,
  };
}

/** The throttle layer counts with every scheduler; `_recursive` is missing before 5.2. */
function readBlkio(folder: string | undefined, what: string): BlkioEntry[] {
  const recursive = readLines(folder, `blkio.throttle.${what}_recursive`);
  const lines = recursive.length > 1 ? recursive : readLines(folder, `blkio.throttle.${what}`);
  return lines.flatMap(line => {
    const [, major, minor, op, value] = /^(\d+):(\d+) (\w+) (\d+)$/.exec(line) ?? [];
    return op === undefined ? [] : [{ major: Number(major), minor: Number(minor), op, value: Number(value) }];
  });
}
