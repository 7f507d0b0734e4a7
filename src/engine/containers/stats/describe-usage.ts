// A reading of the kernel's in the words of Docker's API, which differ between the generations of control groups.

import type {
  ContainerBlkioStats,
  ContainerCPUStats,
  ContainerMemoryStats,
  ContainerNetworkStats,
  ContainerStatsResponse,
} from '../../../api/types/stats.ts';
import type { Engine } from '../../engine.ts';
import type { Container } from '../state/container.ts';

/** What of memory.stat is passed on. */
const memoryNames = {
  1: [
    'active_anon active_file cache dirty hierarchical_memory_limit hierarchical_memsw_limit inactive_anon inactive_file',
    'mapped_file pgfault pgmajfault pgpgin pgpgout rss rss_huge total_active_anon total_active_file total_cache',
    'total_dirty total_inactive_anon total_inactive_file total_mapped_file total_pgfault total_pgmajfault total_pgpgin',
    'total_pgpgout total_rss total_rss_huge total_unevictable total_writeback unevictable writeback',
  ],
  2: [
    'active_anon active_file anon anon_thp file file_dirty file_mapped file_writeback inactive_anon inactive_file',
    'kernel_stack pgactivate pgdeactivate pgfault pglazyfree pglazyfreed pgmajfault pgrefill pgscan pgsteal shmem slab',
    'slab_reclaimable slab_unreclaimable sock thp_collapse_alloc thp_fault_alloc unevictable workingset_activate',
    'workingset_nodereclaim workingset_refault',
  ],
};

type Usage = NonNullable<ReturnType<Engine['runtime']['usage']>>;

/** One sample without the one before; undefined when the container does not run (any more). */
export function measure(
  engine: Pick<Engine, 'runtime' | 'networks' | 'host'>,
  container: Container,
  networks: Container | undefined,
): ContainerStatsResponse | undefined {
  if (!container.running) return undefined;
  const usage = engine.runtime.usage(container.id);
  if (!usage) return undefined;
  const version = engine.host.spec.cgroupVersion;
  const interfaces = networks ? describeInterfaces(engine, networks) : {};
  return {
    read: new Date().toISOString(),
    preread: never,
    pids_stats: { current: usage.pids.current, ...(usage.pids.limit !== undefined && { limit: usage.pids.limit }) },
    blkio_stats: version === 1 ? describeBlkioV1(usage) : describeBlkioV2(usage),
    num_procs: 0,
    storage_stats: {},
    cpu_stats: describeCpu(engine, usage),
    precpu_stats: idle,
    memory_stats: describeMemory(usage, version, engine.host.memoryTotal()),
    ...(Object.keys(interfaces).length > 0 && { networks: interfaces }),
  };
}

const never = '0001-01-01T00:00:00Z';

/** Processor figures of before the first sample. */
const idle: ContainerCPUStats = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
};

/** The sample of a container that does not run. */
export function emptySample(): ContainerStatsResponse {
  return {
    read: never,
    preread: never,
    pids_stats: {},
    blkio_stats: noBlkio(null),
    num_procs: 0,
    storage_stats: {},
    cpu_stats: idle,
    precpu_stats: idle,
    memory_stats: {},
  };
}

function describeCpu(engine: Pick<Engine, 'host'>, { cpu }: Usage): ContainerCPUStats {
  const machine = engine.host.cpuTime();
  return {
    cpu_usage: {
      total_usage: cpu.total,
      ...(cpu.perCpu.length > 0 && { percpu_usage: cpu.perCpu }),
      usage_in_kernelmode: cpu.kernel,
      usage_in_usermode: cpu.user,
    },
    system_cpu_usage: machine.total,
    online_cpus: machine.online,
    throttling_data: {
      periods: cpu.periods,
      throttled_periods: cpu.throttledPeriods,
      throttled_time: cpu.throttledTime,
    },
  };
}

/** A container without a limit is limited by the machine. */
function describeMemory({ memory }: Usage, version: 1 | 2, machine: number): ContainerMemoryStats {
  const names = memoryNames[version].flatMap(line => line.split(' '));
  const failures = version === 1 ? memory.failures : memory.oomKills;
  return {
    usage: memory.usage,
    ...(version === 1 && memory.maxUsage !== undefined && { max_usage: memory.maxUsage }),
    stats: Object.fromEntries(names.map(name => [name, memory.stats[name] ?? 0])),
    ...(failures && { failcnt: failures }),
    limit: Math.min(memory.limit ?? machine, machine),
  };
}

function describeBlkioV1({ blkio }: Usage): ContainerBlkioStats {
  const { serviceBytes, serviced } = blkio;
  return { ...noBlkio([]), io_service_bytes_recursive: serviceBytes, io_serviced_recursive: serviced };
}

function describeBlkioV2({ blkio }: Usage): ContainerBlkioStats {
  return { ...noBlkio(null), io_service_bytes_recursive: blkio.serviceBytes };
}

function noBlkio(nothing: [] | null): ContainerBlkioStats {
  return {
    io_service_bytes_recursive: nothing,
    io_serviced_recursive: nothing,
    io_queue_recursive: nothing,
    io_service_time_recursive: nothing,
    io_wait_time_recursive: nothing,
    io_merged_recursive: nothing,
    io_time_recursive: nothing,
    sectors_recursive: nothing,
  };
}

function describeInterfaces(
  engine: Pick<Engine, 'networks'>,
  container: Container,
): Record<string, ContainerNetworkStats> {
  const described: Record<string, ContainerNetworkStats> = {};
  for (const [name, counted] of engine.networks.statistics(container.id)) {
    described[name] = {
      rx_bytes: counted.rxBytes,
      rx_packets: counted.rxPackets,
      rx_errors: counted.rxErrors,
      rx_dropped: counted.rxDropped,
      tx_bytes: counted.txBytes,
      tx_packets: counted.txPackets,
      tx_errors: counted.txErrors,
      tx_dropped: counted.txDropped,
    };
  }
  return described;
}
