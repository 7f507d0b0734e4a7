// Readings of cgroup v2.
import type { BlkioEntry, CgroupStats } from './cgroups.ts';
import { readLines, readNumber, readTable } from './read-values.ts';

/** `folder` is the group's. */
export function readStatsV2(folder: string): CgroupStats {
  const cpu = readTable(folder, 'cpu.stat');
  const microseconds = (name: string) => (cpu[name] ?? 0) * 1000;
  return {
    memory: {
      usage: readNumber(folder, 'memory.current') ?? 0,
      maxUsage: readNumber(folder, 'memory.peak'),
      limit: readNumber(folder, 'memory.max'),
      failures: undefined,
      oomKills: readTable(folder, 'memory.events').oom_kill ?? 0,
      stats: readTable(folder, 'memory.stat'),
    },
    cpu: {
      total: microseconds('usage_usec'),
      user: microseconds('user_usec'),
      kernel: microseconds('system_usec'),
      perCpu: [],
      periods: cpu.nr_periods ?? 0,
      throttledPeriods: cpu.nr_throttled ?? 0,
      throttledTime: microseconds('throttled_usec'),
    },
    pids: {
      current: readNumber(folder, 'pids.current') ?? 0,
      limit: readNumber(folder, 'pids.max'),
      refusals: readTable(folder, 'pids.events').max ?? 0,
    },
    blkio: {
      serviceBytes: readIo(folder, { rbytes: 'read', wbytes: 'write' }),
      serviced: readIo(folder, { rios: 'read', wios: 'write' }),
    },
  };
}

/** Lines of `8:0 rbytes=1 wbytes=2 rios=3 …`. */
function readIo(folder: string, ops: Record<string, string>): BlkioEntry[] {
  return readLines(folder, 'io.stat').flatMap(line => {
    const [device = '', ...pairs] = line.split(' ');
    const [major, minor] = device.split(':').map(Number);
    if (major === undefined || minor === undefined) return [];
    return pairs.flatMap(pair => {
      const [name = '', value] = pair.split('=');
      const op = ops[name];
      return op === undefined ? [] : [{ major, minor, op, value: Number(value) }];
    });
  });
}
