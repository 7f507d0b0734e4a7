// A container in the runtime's words: environment, namespaces, security, limits, published ports.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostConfig } from '../../../api/types/container-config.ts';
import type { ContainerCreateRequest } from '../../../api/types/containers.ts';
import { parseSignal } from '../../../lib/signals.ts';
import { createTestEngine, outcome, type TestEngine } from '../../testing/test-engine.ts';
import { startContainer } from '../lifecycle/start.ts';
import { inspectContainer } from '../views/inspect.ts';

let own: TestEngine;
beforeEach(async () => {
  own = await createTestEngine();
});
afterEach(() => own.close());

async function specOf(request: ContainerCreateRequest) {
  await own.run(request);
  return own.runtime.created.at(-1)!.spec;
}

/** Why a start with this host side is refused. */
async function refusal(host: HostConfig): Promise<string> {
  const { id } = await own.create({ HostConfig: host });
  return outcome(() => startContainer(own.engine, id));
}

describe('the environment', () => {
  test("has Docker's order and defaults", async () => {
    const { process } = await specOf({ Hostname: 'box', Tty: true, Env: ['A=1', 'GONE'] });
    expect(process.env).toEqual([
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      ...['HOSTNAME=box', 'TERM=xterm', 'A=1', 'HOME=/root'],
    ]);
  });

  test('what has no value is taken away, but for a home', async () => {
    const { process } = await specOf({ Hostname: 'box', Tty: true, Env: ['HOSTNAME', 'TERM', 'PATH', 'HOME='] });
    expect(process.env).toEqual(['HOME=/root']);
  });

  test('keeps what the container sets itself', async () => {
    const env = ['PATH=/mine', 'HOSTNAME=other', 'HOME=/here', 'TERM=vt100'];
    const { process } = await specOf({ Tty: true, Env: env });
    expect(process.env).toEqual(env);
  });
});

describe('namespaces', () => {
  test("joins another container's, while it runs", async () => {
    const { container: other } = await own.run({ HostConfig: { IpcMode: 'shareable' } }, 'other');
    const spec = await specOf({
      HostConfig: { PidMode: 'container:other', IpcMode: 'container:other', NetworkMode: 'container:other' },
    });
    const paths = Object.fromEntries(spec.linux.namespaces.map(({ type, path }) => [type, path]));
    expect(paths).toMatchObject({
      ...{ pid: `/proc/${other.state.Pid}/ns/pid`, ipc: `/proc/${other.state.Pid}/ns/ipc` },
      network: own.engine.networks.sandboxPath(other.id),
    });
    expect(spec.mounts.find(mount => mount.destination === '/etc/hosts')?.source).toBe(other.file('hosts'));
  });

  test('of a container that is not there, does not run or does not share are refused', async () => {
    const { id } = await own.create({}, 'idle');
    await own.run({}, 'private');
    expect(await refusal({ PidMode: 'container:idle' })).toBe(
      `system: failed to join PID namespace: container ${id} is not running`,
    );
    expect(await refusal({ IpcMode: 'container:private' })).toMatch(
      /^invalid: can't join IPC of container .*non-shareable/,
    );
    expect(await refusal({ NetworkMode: 'container:idle' })).toBe(
      `conflict: cannot join network namespace of a non running container: container idle is created`,
    );
    expect(await refusal({ NetworkMode: 'nope' })).toMatch(/^not-found: .*network nope not found$/);
  });
});

test('containers that name each other as their network are still looked at', async () => {
  const first = await own.create({ HostConfig: { NetworkMode: 'container:second' } }, 'first');
  await own.create({ HostConfig: { NetworkMode: 'container:first' } }, 'second');
  expect((await inspectContainer(own.engine, 'first', {})).HostsPath).toBe(first.file('hosts'));
  expect(await outcome(() => startContainer(own.engine, 'second'))).toMatch(/^conflict: .*non running container/);
  expect(await outcome(() => own.create({ HostConfig: { Links: ['first'] } }))).toMatch(
    /^invalid: .*No such container/,
  );
});

describe('the host side', () => {
  test('becomes limits, rules and mounts', async () => {
    const spec = await specOf({
      HostConfig: {
        ...{
          Memory: 64_000_000,
          KernelMemoryTCP: 8_000_000,
          CpuShares: 512,
          PidsLimit: 10,
          CgroupParent: '/mine',
          ReadonlyRootfs: true,
        },
        ...{ Ulimits: [{ Name: 'nofile', Soft: 10, Hard: 20 }], DeviceCgroupRules: ['c 1:* rw'] },
        ...{ SecurityOpt: ['no-new-privileges', 'seccomp=unconfined'], Tmpfs: { '/tmp': 'size=1m' } },
      },
    });
    expect(spec.root?.readonly).toBe(true);
    expect(spec.linux.cgroupsPath).toBe(`/mine/${own.runtime.created[0]!.id}`);
    expect(spec.linux.resources).toMatchObject({
      memory: { limit: 64_000_000, swap: 128_000_000, kernelTCP: 8_000_000 },
      cpu: { shares: 512 },
      pids: { limit: 10 },
    });
    expect(spec.linux.resources?.devices).toContainEqual({ allow: true, type: 'c', major: 1, access: 'rw' });
    expect(spec.process).toMatchObject({
      noNewPrivileges: true,
      rlimits: [{ type: 'RLIMIT_NOFILE', soft: 10, hard: 20 }],
    });
    expect(spec.linux.seccomp).toBeUndefined();
    expect(spec.mounts.find(mount => mount.destination === '/tmp')).toMatchObject({ type: 'tmpfs' });
  });

  const refused: [host: HostConfig, message: RegExp][] = [
    [{ SecurityOpt: ['seccomp=/path'] }, /^invalid: Decoding seccomp profile failed/],
    [{ DeviceCgroupRules: ['c 1'] }, /^invalid: invalid device cgroup rule format: 'c 1'$/],
    [{ Devices: [{ PathOnHost: '/not/there' }] }, /"\/not\/there": no such file or directory$/],
    [{ Devices: [{ PathOnHost: '/etc/passwd' }] }, /"\/etc\/passwd": not a device node$/],
    [{ Devices: [{ PathOnHost: '/dev/null', CgroupPermissions: 'x' }] }, /^invalid: invalid device mode: x$/],
    [{ Devices: [{ PathOnHost: '/etc/alternatives' }] }, /"\/etc\/alternatives": not a device node$/],
    [
      { DeviceRequests: [{ Count: -1, Capabilities: [['gpu']] }] },
      /^invalid: could not select device driver "" with capabilities: \[\[gpu\]\]$/,
    ],
    [
      { DeviceRequests: [{ Driver: 'cdi', DeviceIDs: ['vendor.com/class=gpu'] }] },
      /^invalid: CDI device injection failed: unresolvable CDI devices vendor.com\/class=gpu$/,
    ],
    [{ Binds: ['/:/b:rshared'] }, /^invalid: path \/ is mounted on \/ but it is not a shared mount$/],
    [{ Binds: ['/etc:/b:slave'] }, /is mounted on \/ but it is not a shared or slave mount$/],
    [{ Tmpfs: { '/t': 'size=1m,bogus' } }, /^invalid: invalid tmpfs option "bogus"$/],
    [{ Tmpfs: { '/t': 'color=red' } }, /^invalid: invalid tmpfs option "color"$/],
    [{ Init: true }, /^invalid: the engine found no init/],
  ];
  for (const [host, message] of refused) {
    test(`refused: ${JSON.stringify(host)}`, async () => expect(await refusal(host)).toMatch(message));
  }

  test('a file mounted over /etc/hosts takes the place of the own one', async () => {
    const file = join(own.root, 'hosts');
    writeFileSync(file, '');
    const spec = await specOf({ HostConfig: { Binds: [`${file}:/etc/hosts`] } });
    expect(spec.mounts.filter(mount => mount.destination === '/etc/hosts').map(mount => mount.source)).toEqual([file]);
  });

  test("a volume for all of /etc has the container's names in it", async () => {
    const spec = await specOf({ HostConfig: { Binds: ['etc:/etc'] } });
    const places = spec.mounts.map(mount => mount.destination);
    expect(places.indexOf('/etc')).toBeLessThan(places.indexOf('/etc/hosts'));
  });

  test('a tmpfs may hold programs when asked to', async () => {
    const spec = await specOf({ HostConfig: { Tmpfs: { '/a': 'exec', '/b': '' } } });
    const options = (place: string) => spec.mounts.find(mount => mount.destination === place)?.options;
    expect(options('/a')).toEqual(['nosuid', 'nodev', 'exec']);
    expect(options('/b')).toEqual(['noexec', 'nosuid', 'nodev']);
  });

  test('binds of mounts that propagate make the root propagate', async () => {
    Object.assign(own.engine.host, { mountAt: () => ({ target: '/', propagation: ['shared:1'] }) });
    const spec = await specOf({ HostConfig: { Binds: ['/etc:/b:rslave'] } });
    expect(spec.linux.rootfsPropagation).toBe('rslave');
    expect((await specOf({ HostConfig: { Binds: ['/etc:/b:shared'] } })).linux.rootfsPropagation).toBe('shared');
    expect((await specOf({ HostConfig: { Binds: ['/etc:/b'] } })).linux.rootfsPropagation).toBeUndefined();
  });

  test('without IPC there is no /dev/shm', async () => {
    const spec = await specOf({ HostConfig: { IpcMode: 'none' } });
    expect(spec.mounts.some(mount => mount.destination === '/dev/shm')).toBe(false);
    expect(spec.linux.namespaces).toContainEqual({ type: 'ipc' });
  });

  test('an AppArmor profile counts where the kernel has AppArmor', async () => {
    const host = { SecurityOpt: ['apparmor=mine'] };
    expect((await specOf({ HostConfig: host })).process.apparmorProfile).toBeUndefined();
    Object.assign(own.engine.host, { apparmor: () => true });
    expect((await specOf({ HostConfig: host })).process.apparmorProfile).toBe('mine');
  });

  test('only who asks for it may write to cgroups', async () => {
    const optionsOf = async (...SecurityOpt: string[]) => {
      const spec = await specOf({ HostConfig: { SecurityOpt } });
      return spec.mounts.find(mount => mount.destination === '/sys/fs/cgroup')?.options;
    };
    expect(await optionsOf('label=disable', 'label:type:svirt_t', 'disable', 'systempaths=unconfined')).toContain('ro');
    expect(await optionsOf('writable-cgroups')).not.toContain('ro');
    expect(await optionsOf('writable-cgroups=false')).toContain('ro');
  });

  test("an address of the network's lower layer may be asked for under the network's default name", async () => {
    const MacAddress = '02:42:ac:11:00:99';
    const { container } = await own.run({ NetworkingConfig: { EndpointsConfig: { default: { MacAddress } } } });
    expect(own.engine.networks.endpoint(container.id)?.mac).toBe(MacAddress);
  });

  test('-P publishes what is exposed and not published already', async () => {
    const { container } = await own.run({
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      HostConfig: { PublishAllPorts: true, PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '18080' }] } },
    });
    const ports = own.engine.networks.endpoint(container.id)?.ports ?? [];
    expect(ports.map(port => [port.containerPort, port.protocol, port.hostIp])).toEqual([
      [80, 'tcp', '127.0.0.1'],
      [53, 'udp', '0.0.0.0'],
    ]);
  });
});

test('signals are read by name and number', async () => {
  const known = { SIGTERM: 15, term: 15, '9': 9, '64': 64, RTMIN: 34, 'SIGRTMIN+3': 37, 'RTMAX-1': 63 };
  for (const [text, number] of Object.entries(known)) expect(parseSignal(text)).toBe(number);
  for (const text of ['0', '65', '-1', 'NOPE', 'RTMAX+1', '']) {
    expect(await outcome(() => parseSignal(text))).toBe(`invalid: invalid signal: ${text}`);
  }
});
