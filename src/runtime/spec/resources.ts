// Limits: cgroup resources and rlimits.

import type { OciCpu, OciDeviceRule, OciMemory, OciResources, OciRlimit } from '../../oci/runtime-spec.ts';
import { defaultDeviceRules, defaultOpenFiles } from './defaults.ts';
import type { ResourceLimits, SpecHost, SpecInput } from './input.ts';

const cpuPeriod = 100_000;

/** The whole `linux.resources`, which devices are allowed included. */
export function buildResources(input: SpecInput): OciResources {
  return { devices: deviceRules(input), ...buildLimits(input.resources ?? {}) };
}

/** Only what is limited. */
export function buildLimits(limits: ResourceLimits): OciResources {
  const memory = memoryLimits(limits);
  const cpu = cpuLimits(limits);
  return {
    ...(memory && { memory }),
    ...(cpu && { cpu }),
    ...(limits.pidsLimit !== undefined && { pids: { limit: limits.pidsLimit > 0 ? limits.pidsLimit : -1 } }),
    ...(limits.blockIo && { blockIO: limits.blockIo }),
    ...(limits.unified && { unified: limits.unified }),
  };
}

function deviceRules(input: SpecInput): OciDeviceRule[] {
  if (input.privileged) return [{ allow: true, access: 'rwm' }];
  return [...defaultDeviceRules, ...(input.deviceRules ?? [])];
}

function memoryLimits(limits: ResourceLimits): OciMemory | undefined {
  return present({
    limit: limits.memory,
    reservation: limits.memoryReservation,
    swap: limits.memorySwap,
    swappiness: limits.memorySwappiness,
    kernelTCP: limits.kernelMemoryTcp,
    disableOOMKiller: limits.oomKillDisable,
  });
}

function cpuLimits(limits: ResourceLimits): OciCpu | undefined {
  const fromCpus = limits.cpus ? { quota: Math.round(limits.cpus * cpuPeriod), period: cpuPeriod } : undefined;
  return present({
    shares: limits.cpuShares,
    // No limit is how a group begins.
    quota: limits.cpuQuota && limits.cpuQuota < 0 ? undefined : (limits.cpuQuota ?? fromCpus?.quota),
    period: limits.cpuPeriod ?? fromCpus?.period,
    realtimePeriod: limits.cpuRealtimePeriod,
    realtimeRuntime: limits.cpuRealtimeRuntime,
    cpus: limits.cpusetCpus,
    mems: limits.cpusetMems,
  });
}

/** The fields that have a value, or undefined when none has. */
function present<T extends object>(fields: T): T | undefined {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return entries.length > 0 ? (Object.fromEntries(entries) as T) : undefined;
}

/** What was asked for, and a limit of open files in any case; not above what the daemon may set. */
export function buildRlimits(input: SpecInput, host: SpecHost): OciRlimit[] {
  const asked = input.rlimits ?? [];
  const openFiles = asked.some(limit => limit.type === 'RLIMIT_NOFILE')
    ? []
    : [{ type: 'RLIMIT_NOFILE', ...defaultOpenFiles }];
  return [...asked, ...openFiles].map(limit => {
    const ceiling = host.rlimitCeilings[limit.type];
    if (ceiling === undefined) return limit;
    return { type: limit.type, soft: clamp(limit.soft, ceiling), hard: clamp(limit.hard, ceiling) };
  });
}

function clamp(value: number, ceiling: number): number {
  return value < 0 || value > ceiling ? ceiling : value;
}
