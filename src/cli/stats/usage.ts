// What a container uses, computed from the daemon's samples as Docker's command line does.

import type { ContainerStatsResponse } from '../../api/types/stats.ts';

/** Bytes, processes, and percents as numbers of 0 to 100 (and more, for several processors). */
export interface Usage {
  id: string;
  /** Without the slash. */
  name: string;
  cpu: number;
  memory: number;
  memoryLimit: number;
  memoryPercent: number;
  received: number;
  sent: number;
  read: number;
  written: number;
  pids: number;
}

/** A sample without figures (of a container that has stopped) gives zeros. */
export function computeUsage(sample: ContainerStatsResponse): Usage {
  const memory = usedMemory(sample.memory_stats);
  const limit = sample.memory_stats?.limit ?? 0;
  const networks = Object.values(sample.networks ?? {});
  return {
    id: sample.id ?? '',
    name: (sample.name ?? '').replace(/^\//, ''),
    cpu: cpuPercent(sample),
    memory,
    memoryLimit: limit,
    memoryPercent: limit === 0 ? 0 : (memory / limit) * 100,
    received: networks.reduce((sum, network) => sum + network.rx_bytes, 0),
    sent: networks.reduce((sum, network) => sum + network.tx_bytes, 0),
    read: transferred(sample, 'r'),
    written: transferred(sample, 'w'),
    pids: sample.pids_stats?.current ?? 0,
  };
}

/** The part of the machine's time since the sample before; a whole processor is 100. */
function cpuPercent({ cpu_stats: now, precpu_stats: before }: ContainerStatsResponse): number {
  const used = (now?.cpu_usage.total_usage ?? 0) - (before?.cpu_usage.total_usage ?? 0);
  const passed = (now?.system_cpu_usage ?? 0) - (before?.system_cpu_usage ?? 0);
  const processors = now?.online_cpus || (now?.cpu_usage.percpu_usage?.length ?? 0);
  return used > 0 && passed > 0 ? (used / passed) * processors * 100 : 0;
}

/** Without the page cache that would be given back at once; v1 and v2 of control groups name it differently. */
function usedMemory(memory: ContainerStatsResponse['memory_stats']): number {
  const usage = memory?.usage ?? 0;
  const cache = memory?.stats?.total_inactive_file ?? memory?.stats?.inactive_file ?? 0;
  return cache < usage ? usage - cache : usage;
}

/** Bytes read or written, by the first letter of the operation: `Read`, `write`. */
function transferred(sample: ContainerStatsResponse, letter: 'r' | 'w'): number {
  const entries = sample.blkio_stats?.io_service_bytes_recursive ?? [];
  return entries.filter(({ op }) => op[0]?.toLowerCase() === letter).reduce((sum, { value }) => sum + value, 0);
}
