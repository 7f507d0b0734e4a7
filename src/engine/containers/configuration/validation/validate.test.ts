// What a container may not be, in Docker's words.

import { describe, expect, test } from 'bun:test';
import type { ContainerConfig, HostConfig } from '../../../../api/types/container-config.ts';
import { errorKind, errorMessage } from '../../../../lib/errors.ts';
import { requirePort, validateConfiguration } from './validate.ts';

const mebibyte = 1024 * 1024;

/** '' when it may be. */
function refusal(config: ContainerConfig, host: HostConfig): string {
  try {
    validateConfiguration(config, host, { cpus: 2, memoryNodes: '0', runtimes: ['crun'] });
    return '';
  } catch (error) {
    return `${errorKind(error)}: ${errorMessage(error)}`;
  }
}

describe('the process', () => {
  const table: [config: ContainerConfig, message: string][] = [
    [{ WorkingDir: 'here' }, "the working directory 'here' is invalid, it needs to be an absolute path"],
    [{ Env: ['A=1', '=2'] }, 'invalid environment variable: =2'],
    [{ Env: [''] }, 'invalid environment variable: '],
    [{ StopSignal: 'SIGWHAT' }, 'invalid signal: SIGWHAT'],
    [{ Hostname: 'h'.repeat(64) }, `invalid hostname: ${'h'.repeat(64)}: longer than 63 characters`],
    [{ ExposedPorts: { '70000/tcp': {} } }, 'invalid port specification: "70000"'],
    [{ ExposedPorts: { '80/icmp': {} } }, 'invalid port specification: "80/icmp"'],
  ];
  for (const [config, message] of table) {
    test(message.slice(0, 60), () => expect(refusal(config, {})).toBe(`invalid: ${message}`));
  }
});

describe('the host side', () => {
  const table: [host: HostConfig, message: string][] = [
    [
      { RestartPolicy: { Name: 'never' as 'no' } },
      "invalid restart policy: unknown policy 'never'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'",
    ],
    [
      { RestartPolicy: { Name: 'always', MaximumRetryCount: 1 } },
      "invalid restart policy: maximum retry count can only be used with 'on-failure'",
    ],
    [
      { RestartPolicy: { Name: 'no', MaximumRetryCount: -1 } },
      "invalid restart policy: maximum retry count can only be used with 'on-failure' and cannot be negative",
    ],
    [
      { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: -1 } },
      'invalid restart policy: maximum retry count cannot be negative',
    ],
    [
      { AutoRemove: true, RestartPolicy: { Name: 'always' } },
      "can't create 'AutoRemove' container with restart policy",
    ],
    [{ StorageOpt: { color: 'red' } }, 'Unknown option color'],
    [{ Memory: mebibyte }, 'Minimum memory limit allowed is 6MB'],
    [
      { Memory: 10 * mebibyte, MemorySwap: 9 * mebibyte },
      'Minimum memoryswap limit should be larger than memory limit, see usage',
    ],
    [{ MemorySwap: 10 }, 'You should always set the Memory limit when using Memoryswap limit, see usage'],
    [
      { Memory: 10 * mebibyte, MemoryReservation: 11 * mebibyte },
      'Minimum memory limit can not be less than memory reservation limit, see usage',
    ],
    [{ MemoryReservation: mebibyte }, 'Minimum memory reservation allowed is 6MB'],
    [{ MemorySwappiness: 101 }, 'Invalid value: 101, valid memory swappiness range is 0-100'],
    [{ ShmSize: -1 }, 'SHM size can not be less than 0'],
    [{ OomScoreAdj: 1001 }, 'Invalid value 1001, range for oom score adj is [-1000, 1000]'],
    [{ NanoCpus: 1, CpuPeriod: 1000 }, 'Conflicting options: Nano CPUs and CPU Period cannot both be set'],
    [{ NanoCpus: 1, CpuQuota: 1000 }, 'Conflicting options: Nano CPUs and CPU Quota cannot both be set'],
    [{ NanoCpus: 3e9 }, 'range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available'],
    [{ CpuPeriod: 999 }, 'CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)'],
    [{ CpuQuota: 999 }, 'CPU cfs quota can not be less than 1ms (i.e. 1000)'],
    [{ BlkioWeight: 9 }, 'Range of blkio weight is from 10 to 1000'],
    [{ NetworkMode: 'container:' }, 'invalid network mode: invalid container format container:<name|id>'],
    [{ PidMode: 'mine' }, 'invalid PID mode: mine'],
    [{ IpcMode: 'mine' }, 'invalid IPC mode: mine'],
    [{ IpcMode: 'container:' }, 'invalid IPC mode: container:'],
    [{ UTSMode: 'mine' }, 'invalid UTS mode: mine'],
    [{ CgroupnsMode: 'mine' as 'host' }, 'invalid cgroup namespace mode: mine'],
    [{ UsernsMode: 'mine' }, 'invalid user namespace mode: mine'],
    [{ Runtime: 'nope' }, 'unknown or invalid runtime name: nope'],
    [{ PortBindings: { x: [] } }, 'invalid port specification: "x"'],
    [{ PortBindings: { '80/tcp': [{ HostPort: '9-8' }] } }, 'invalid port specification: "9-8"'],
    [{ SecurityOpt: ['nonsense'] }, 'invalid --security-opt 1: "nonsense"'],
    [{ SecurityOpt: ['what=ever'] }, 'invalid --security-opt 2: "what=ever"'],
    [
      { SecurityOpt: ['writable-cgroups', 'no-new-privileges:maybe'] },
      'invalid --security-opt 2: "no-new-privileges:maybe"',
    ],
    [{ SecurityOpt: ['writable-cgroups=much'] }, 'invalid --security-opt 2: "writable-cgroups=much"'],
    [{ Annotations: { '': 'a' } }, 'invalid Annotations: the empty string is not permitted as an annotation key'],
    [{ ExtraHosts: ['alone'] }, 'bad format for add-host: "alone"'],
    [{ CpuShares: -1 }, 'invalid CPU shares (-1): value must be a positive integer'],
    [{ NetworkMode: 'container:x', Dns: ['1.1.1.1'] }, 'conflicting options: dns and the network mode'],
    [
      { NetworkMode: 'container:x', PortBindings: { '80/tcp': [] } },
      'conflicting options: port publishing and the container type network mode',
    ],
  ];
  for (const [host, message] of table) {
    test(message.slice(0, 70), () => expect(refusal({}, host)).toBe(`invalid: ${message}`));
  }

  test('a capability nobody knows is named', () => {
    expect(refusal({}, { CapAdd: ['FLY'] })).toMatch(/^invalid: .*FLY/);
  });

  test('a hostname of its own does not go with what it would have to change', () => {
    expect(refusal({ Hostname: 'h' }, { NetworkMode: 'container:x' })).toBe(
      'invalid: conflicting options: hostname and the network mode',
    );
    expect(refusal({ Hostname: 'h' }, { NetworkMode: 'host', UTSMode: 'host' })).toBe(
      'invalid: conflicting options: hostname and the UTS mode',
    );
  });

  test('limits that are just right are accepted', () => {
    const fine: HostConfig[] = [
      { Memory: 6 * mebibyte, MemorySwap: -1, MemorySwappiness: -1 },
      { NanoCpus: 2e9, OomScoreAdj: -1000, BlkioWeight: 10 },
      { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 }, CapAdd: ['ALL'], CapDrop: ['cap_kill'] },
      { PidMode: 'container:x', IpcMode: 'shareable', NetworkMode: 'none', UsernsMode: 'host' },
    ];
    for (const host of fine) expect(refusal({}, host)).toBe('');
  });
});

test('ports are read with and without protocol', () => {
  expect(requirePort('80')).toEqual({ port: 80, protocol: 'tcp' });
  expect(requirePort('53/UDP')).toEqual({ port: 53, protocol: 'udp' });
});

test('a name of its own needs a UTS namespace of its own', () => {
  expect(refusal({ Hostname: 'box' }, { UTSMode: 'host' })).toBe(
    'invalid: conflicting options: hostname and the UTS mode',
  );
});

test('a quota that nobody would hold is refused', () => {
  expect(refusal({}, { StorageOpt: { size: '10m' } })).toMatch(/^not-implemented: --storage-opt size is not impl/);
});
