// The host side of a container's configuration with Docker's defaults filled in, in the shape `inspect` shows.

import type { HostConfig } from '../../../api/types/container-config.ts';
import { defaultMaskedPaths, defaultReadonlyPaths } from '../../../runtime/index.ts';
import type { EngineConfig } from '../../engine.ts';

/** What a container gets where the caller says nothing; the input stays as it is. */
export function normaliseHostConfig(given: HostConfig, config: EngineConfig, cgroupVersion: 1 | 2): HostConfig {
  const unmasked = given.Privileged === true || (given.SecurityOpt ?? []).includes('systempaths=unconfined');
  const logType = given.LogConfig?.Type || config.logDriver;
  const ownLog = Boolean(given.LogConfig?.Type);
  return {
    ...given,
    Binds: given.Binds ?? null,
    ContainerIDFile: given.ContainerIDFile ?? '',
    LogConfig: {
      Type: logType,
      // Options of the daemon's default driver do not apply to another driver.
      Config:
        ownLog && logType !== config.logDriver
          ? (given.LogConfig?.Config ?? {})
          : { ...config.logOptions, ...given.LogConfig?.Config },
    },
    NetworkMode: !given.NetworkMode || given.NetworkMode === 'default' ? 'bridge' : given.NetworkMode,
    PortBindings: withAddresses(given.PortBindings ?? {}),
    RestartPolicy: {
      Name: given.RestartPolicy?.Name || 'no',
      MaximumRetryCount: given.RestartPolicy?.MaximumRetryCount ?? 0,
    },
    AutoRemove: given.AutoRemove ?? false,
    VolumeDriver: given.VolumeDriver ?? '',
    VolumesFrom: given.VolumesFrom ?? null,
    ConsoleSize: given.ConsoleSize ?? [0, 0],
    CapAdd: given.CapAdd ?? null,
    CapDrop: given.CapDrop ?? null,
    CgroupnsMode: given.CgroupnsMode || defaultCgroupns(given, config, cgroupVersion),
    Dns: given.Dns ?? [],
    DnsOptions: given.DnsOptions ?? [],
    DnsSearch: given.DnsSearch ?? [],
    ExtraHosts: given.ExtraHosts ?? null,
    GroupAdd: given.GroupAdd ?? null,
    IpcMode: given.IpcMode || config.defaults.ipcMode,
    Cgroup: given.Cgroup ?? '',
    Links: given.Links?.length ? given.Links : null,
    OomScoreAdj: given.OomScoreAdj ?? 0,
    PidMode: given.PidMode ?? '',
    Privileged: given.Privileged ?? false,
    PublishAllPorts: given.PublishAllPorts ?? false,
    ReadonlyRootfs: given.ReadonlyRootfs ?? false,
    SecurityOpt: given.SecurityOpt ?? null,
    UTSMode: given.UTSMode ?? '',
    UsernsMode: given.UsernsMode ?? '',
    ShmSize: given.ShmSize || config.shmSize,
    Runtime: given.Runtime || config.defaultRuntime,
    Isolation: given.Isolation ?? '',
    ...resources(given),
    MaskedPaths: given.MaskedPaths ?? (unmasked ? null : [...defaultMaskedPaths]),
    ReadonlyPaths: given.ReadonlyPaths ?? (unmasked ? null : [...defaultReadonlyPaths]),
  };
}

/** What a privileged container is to see of cgroup v1 are the host's groups, whatever the others get. */
function defaultCgroupns(given: HostConfig, config: EngineConfig, cgroupVersion: 1 | 2): 'host' | 'private' {
  if (cgroupVersion === 1 && given.Privileged) return 'host';
  return config.defaults.cgroupnsMode ?? (cgroupVersion === 2 ? 'private' : 'host');
}

/** Every binding with the host address it has, '' for all. */
function withAddresses(ports: NonNullable<HostConfig['PortBindings']>): NonNullable<HostConfig['PortBindings']> {
  const entries = Object.entries(ports).map(([port, bindings]) => [
    port,
    bindings?.map(({ HostIp = '', HostPort = '' }) => ({ HostIp, HostPort })) ?? null,
  ]);
  return Object.fromEntries(entries) as NonNullable<HostConfig['PortBindings']>;
}

function resources(given: HostConfig) {
  const memory = given.Memory ?? 0;
  return {
    CpuShares: given.CpuShares ?? 0,
    Memory: memory,
    NanoCpus: given.NanoCpus ?? 0,
    CgroupParent: given.CgroupParent ?? '',
    BlkioWeight: given.BlkioWeight ?? 0,
    BlkioWeightDevice: given.BlkioWeightDevice ?? [],
    BlkioDeviceReadBps: given.BlkioDeviceReadBps ?? [],
    BlkioDeviceWriteBps: given.BlkioDeviceWriteBps ?? [],
    BlkioDeviceReadIOps: given.BlkioDeviceReadIOps ?? [],
    BlkioDeviceWriteIOps: given.BlkioDeviceWriteIOps ?? [],
    CpuPeriod: given.CpuPeriod ?? 0,
    CpuQuota: given.CpuQuota ?? 0,
    CpuRealtimePeriod: given.CpuRealtimePeriod ?? 0,
    CpuRealtimeRuntime: given.CpuRealtimeRuntime ?? 0,
    CpusetCpus: given.CpusetCpus ?? '',
    CpusetMems: given.CpusetMems ?? '',
    Devices: given.Devices ?? [],
    DeviceCgroupRules: given.DeviceCgroupRules ?? null,
    DeviceRequests: given.DeviceRequests ?? null,
    MemoryReservation: given.MemoryReservation ?? 0,
    // As Docker: a memory limit alone allows as much swap again.
    MemorySwap: given.MemorySwap || (memory > 0 ? memory * 2 : 0),
    MemorySwappiness: given.MemorySwappiness === -1 ? null : (given.MemorySwappiness ?? null),
    OomKillDisable: given.OomKillDisable ?? false,
    PidsLimit: (given.PidsLimit ?? 0) > 0 ? (given.PidsLimit ?? null) : null,
    Ulimits: given.Ulimits ?? [],
    CpuCount: given.CpuCount ?? 0,
    CpuPercent: given.CpuPercent ?? 0,
    IOMaximumIOps: given.IOMaximumIOps ?? 0,
    IOMaximumBandwidth: given.IOMaximumBandwidth ?? 0,
  };
}
