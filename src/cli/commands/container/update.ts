// `update`.

import type { ContainerUpdateRequest } from '../../../api/types/containers.ts';
import { command } from '../../command.ts';
import { limitFlags } from '../../container-config/limit-flags.ts';
import { parseRestartPolicy } from '../../container-config/limits.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { type FlagValues, string } from '../../grammar/flag.ts';
import { forEach } from '../for-each.ts';

const flags = {
  ...limitFlags(),
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
