// `update`.

import type { ContainerUpdateRequest } from '../../../api/types/containers.ts';
import { command } from '../../command.ts';
import { parseRestartPolicy } from '../../container-config/limits.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { type FlagValues, string } from '../../grammar/flag.ts';
import { bytes, cpus, int, uint } from '../../grammar/number-flags.ts';
import { forEach } from '../for-each.ts';

const flags = {
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
  restart: string('When to start the container again after it has ended'),
};

export const update = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  args: atLeast(1),
  flags,
  async run(context, { flags: values, changed, args }) {
    if (!(Object.keys(flags) as (keyof typeof flags)[]).some(name => changed(name))) {
      throw new Error('you must provide one or more flags when using this command');
    }
    const body = updateRequest(values);
    const warnings: string[] = [];
    const code = await forEach(context, args, {}, async id => {
      const { Warnings } = await context.client.call('ContainerUpdate', { path: { id }, body });
      warnings.push(...(Warnings ?? []));
      return id;
    });
    if (warnings.length > 0) await context.print(`${warnings.join('\n')}\n`);
    return code;
  },
});

/** Docker names everything that cannot be updated here too. */
const nothing = {
  BlkioDeviceReadBps: null,
  BlkioDeviceReadIOps: null,
  BlkioDeviceWriteBps: null,
  BlkioDeviceWriteIOps: null,
  BlkioWeightDevice: null,
  CgroupParent: '',
  CpuCount: 0,
  CpuPercent: 0,
  DeviceCgroupRules: null,
  DeviceRequests: null,
  Devices: null,
  IOMaximumBandwidth: 0,
  IOMaximumIOps: 0,
  MemorySwappiness: null,
  OomKillDisable: null,
  Ulimits: null,
} satisfies ContainerUpdateRequest;

/** As Docker writes it: what is 0 or empty stays as it is. */
function updateRequest(values: FlagValues<typeof flags>): ContainerUpdateRequest {
  return {
    ...nothing,
    BlkioWeight: values['blkio-weight'],
    CpuPeriod: values['cpu-period'],
    CpuQuota: values['cpu-quota'],
    CpuRealtimePeriod: values['cpu-rt-period'],
    CpuRealtimeRuntime: values['cpu-rt-runtime'],
    CpuShares: values['cpu-shares'],
    NanoCpus: values.cpus,
    CpusetCpus: values['cpuset-cpus'],
    CpusetMems: values['cpuset-mems'],
    Memory: values.memory,
    MemoryReservation: values['memory-reservation'],
    MemorySwap: values['memory-swap'],
    PidsLimit: values['pids-limit'] || null,
    RestartPolicy: parseRestartPolicy(values.restart),
  };
}
