// Limits in the runtime's words.

import { statSync } from 'node:fs';
import type { HostConfig, ThrottleDevice } from '../../../api/types/container-config.ts';
import { splitDevice } from '../../../lib/device-number.ts';
import { invalid } from '../../../lib/errors.ts';
import type { ResourceLimits } from '../../../runtime/index.ts';

/** Zero means "no limit" in Docker's types and is left out. */
export function describeResources(host: HostConfig): ResourceLimits {
  const set = (value: number | null | undefined) => (value ? value : undefined);
  return {
    memory: set(host.Memory),
    memoryReservation: set(host.MemoryReservation),
    memorySwap: set(host.MemorySwap),
    memorySwappiness: host.MemorySwappiness ?? undefined,
    kernelMemoryTcp: set(host.KernelMemoryTCP),
    oomKillDisable: host.OomKillDisable || undefined,
    cpuShares: set(host.CpuShares),
    cpuQuota: set(host.CpuQuota),
    cpuPeriod: set(host.CpuPeriod),
    cpuRealtimePeriod: set(host.CpuRealtimePeriod),
    cpuRealtimeRuntime: set(host.CpuRealtimeRuntime),
    cpus: host.NanoCpus ? host.NanoCpus / 1e9 : undefined,
    cpusetCpus: host.CpusetCpus || undefined,
    cpusetMems: host.CpusetMems || undefined,
    pidsLimit: set(host.PidsLimit),
    blockIo: blockIo(host),
  };
}

function blockIo(host: HostConfig): ResourceLimits['blockIo'] {
  const limits = {
    weight: host.BlkioWeight || undefined,
    weightDevice: ofDevices(host.BlkioWeightDevice, ({ Weight: weight = 0 }) => ({ weight })),
    throttleReadBpsDevice: throttles(host.BlkioDeviceReadBps),
    throttleWriteBpsDevice: throttles(host.BlkioDeviceWriteBps),
    throttleReadIOPSDevice: throttles(host.BlkioDeviceReadIOps),
    throttleWriteIOPSDevice: throttles(host.BlkioDeviceWriteIOps),
  };
  return Object.values(limits).some(value => value !== undefined) ? limits : undefined;
}

function throttles(devices: ThrottleDevice[] | null | undefined) {
  return ofDevices(devices, ({ Rate: rate = 0 }) => ({ rate }));
}

/** Each with the numbers of its device. Throws `invalid` for a path that is none. */
function ofDevices<T extends { Path?: string }, V>(devices: T[] | null | undefined, value: (device: T) => V) {
  if (!devices?.length) return undefined;
  return devices.map(entry => {
    const device = statSync(entry.Path ?? '', { throwIfNoEntry: false });
    if (!device?.isBlockDevice()) throw invalid(`${entry.Path ?? ''} is not a block device`);
    return { ...splitDevice(device.rdev), ...value(entry) };
  });
}
