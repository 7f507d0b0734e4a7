// What a container uses, as `GET /containers/{id}/stats` streams it.

/** One sample, with the CPU figures of the one before. */
export interface ContainerStatsResponse {
  name?: string;
  id?: string;
  read?: string;
  preread?: string;
  pids_stats?: ContainerPidsStats;
  blkio_stats?: ContainerBlkioStats;
  num_procs?: number;
  storage_stats?: ContainerStorageStats;
  cpu_stats?: ContainerCPUStats;
  precpu_stats?: ContainerCPUStats;
  memory_stats?: ContainerMemoryStats;
  networks?: Record<string, ContainerNetworkStats>;
}

export interface ContainerBlkioStats {
  io_service_bytes_recursive?: ContainerBlkioStatEntry[] | null;
  io_serviced_recursive?: ContainerBlkioStatEntry[] | null;
  io_queue_recursive?: ContainerBlkioStatEntry[] | null;
  io_service_time_recursive?: ContainerBlkioStatEntry[] | null;
  io_wait_time_recursive?: ContainerBlkioStatEntry[] | null;
  io_merged_recursive?: ContainerBlkioStatEntry[] | null;
  io_time_recursive?: ContainerBlkioStatEntry[] | null;
  sectors_recursive?: ContainerBlkioStatEntry[] | null;
}

interface ContainerBlkioStatEntry {
  major: number;
  minor: number;
  op: string;
  value: number;
}

export interface ContainerCPUStats {
  cpu_usage: ContainerCPUUsage;
  system_cpu_usage?: number;
  online_cpus?: number;
  throttling_data: ContainerThrottlingData;
}

/** CPU time in nanoseconds. */
interface ContainerCPUUsage {
  total_usage: number;
  percpu_usage?: number[];
  usage_in_kernelmode: number;
  usage_in_usermode: number;
}

interface ContainerPidsStats {
  current?: number;
  limit?: number;
}

/** CPU throttling; times in nanoseconds. */
interface ContainerThrottlingData {
  periods: number;
  throttled_periods: number;
  throttled_time: number;
}

/** Memory in bytes; the names in `stats` are the kernel’s. */
export interface ContainerMemoryStats {
  usage?: number;
  max_usage?: number;
  stats?: Record<string, number | null>;
  failcnt?: number;
  limit?: number;
  commitbytes?: number;
  commitpeakbytes?: number;
  privateworkingset?: number;
}

export interface ContainerNetworkStats {
  rx_bytes: number;
  rx_packets: number;
  rx_errors: number;
  rx_dropped: number;
  tx_bytes: number;
  tx_packets: number;
  tx_errors: number;
  tx_dropped: number;
  endpoint_id?: string;
  instance_id?: string;
}

interface ContainerStorageStats {
  read_count_normalized?: number;
  read_size_bytes?: number;
  write_count_normalized?: number;
  write_size_bytes?: number;
}
