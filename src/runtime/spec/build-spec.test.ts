// Specifications as Docker would write them.

import { describe, expect, test } from 'bun:test';
import { defaultCapabilities } from '../capabilities.ts';
import { buildSpec } from './build-spec.ts';
import { defaultMaskedPaths, defaultReadonlyPaths } from './defaults.ts';
import type { SpecHost, SpecInput } from './input.ts';

const host: SpecHost = {
  cgroupVersion: 1,
  kernelVersion: '6.1.0',
  architecture: 'amd64',
  seccomp: true,
  capabilities: [],
  rlimitCeilings: {},
  hostDevices: () => [{ path: '/dev/kvm', type: 'c', major: 10, minor: 232 }],
};

const input: SpecInput = {
  rootfs: '/merged',
  args: ['sleep', '1'],
  env: ['PATH=/bin'],
  cwd: '/',
  user: { uid: 0, gid: 0, additionalGids: [0] },
  tty: false,
  hostname: 'box',
  namespaces: { network: '/run/netns/x', pid: 'new', ipc: 'new', uts: 'new' },
  mounts: [],
  capabilities: [...defaultCapabilities],
  cgroupPath: '/berth/x',
};

const build = (changes: Partial<SpecInput> = {}, on: Partial<SpecHost> = {}) =>
  buildSpec({ ...input, ...changes }, { ...host, ...on });
const mountAt = (destination: string, changes: Partial<SpecInput> = {}, on: Partial<SpecHost> = {}) =>
  build(changes, on).mounts.filter(mount => mount.destination === destination);

describe('buildSpec', () => {
  test('an ordinary container', () => {
    const spec = build();
    expect(spec.process).toMatchObject({ args: ['sleep', '1'], noNewPrivileges: false, oomScoreAdj: 0 });
    expect(spec.process.capabilities?.inheritable).toBeUndefined();
    expect(spec.mounts.map(mount => mount.destination)).toEqual([
      '/proc',
      '/dev',
      '/dev/pts',
      '/sys',
      '/sys/fs/cgroup',
      '/dev/mqueue',
      '/dev/shm',
    ]);
    expect(mountAt('/sys')[0]?.options).toContain('ro');
    expect(spec.linux.maskedPaths).toEqual([...defaultMaskedPaths]);
    expect(spec.linux.readonlyPaths).toEqual([...defaultReadonlyPaths]);
    expect(spec.linux.namespaces).toEqual([
      { type: 'mount' },
      { type: 'network', path: '/run/netns/x' },
      { type: 'uts' },
      { type: 'pid' },
      { type: 'ipc' },
    ]);
    expect(spec.linux.sysctl).toEqual({
      'net.ipv4.ip_unprivileged_port_start': '0',
      'net.ipv4.ping_group_range': '0 2147483647',
    });
    expect(spec.linux.resources?.devices?.[0]).toEqual({ allow: false, access: 'rwm' });
    expect(spec.linux.seccomp?.defaultAction).toBe('SCMP_ACT_ERRNO');
  });

  test('a privileged one', () => {
    const spec = build({ privileged: true });
    expect(spec.linux).toMatchObject({ maskedPaths: [], readonlyPaths: [], devices: host.hostDevices() });
    expect(spec.linux.resources?.devices).toEqual([{ allow: true, access: 'rwm' }]);
    expect(spec.linux.seccomp).toBeUndefined();
    expect(mountAt('/sys', { privileged: true })[0]?.options).not.toContain('ro');
    expect(mountAt('/sys', { privileged: true, readonlyRootfs: true })[0]?.options).toContain('ro');
  });

  test('namespaces of the host and of v2', () => {
    const shared = build({ namespaces: { network: 'host', pid: 'host', ipc: 'host', uts: 'host' } });
    expect(shared.linux.namespaces).toEqual([{ type: 'mount' }]);
    expect([shared.hostname, shared.linux.sysctl]).toEqual([undefined, {}]);
    expect(shared.mounts.find(mount => mount.destination === '/dev/shm')).toMatchObject({
      type: 'bind',
      source: '/dev/shm',
    });
    expect(build({}, { cgroupVersion: 2 }).linux.namespaces).toContainEqual({ type: 'cgroup' });
    const range = [{ containerId: 0, hostId: 100000, size: 65536 }];
    const ids = { uid: range, gid: range };
    const mapped = build({ namespaces: { ...input.namespaces, user: { ids } } });
    const written = [{ containerID: 0, hostID: 100000, size: 65536 }];
    expect(mapped.linux).toMatchObject({
      uidMappings: written,
      gidMappings: written,
      sysctl: { 'net.ipv4.ip_unprivileged_port_start': '0' },
    });
    expect(mapped.linux.namespaces).toContainEqual({ type: 'user' });
    const joined = build({ namespaces: { ...input.namespaces, user: { ids, path: '/proc/1/ns/user' } } });
    expect(joined.linux.namespaces).toContainEqual({ type: 'user', path: '/proc/1/ns/user' });
  });

  test('mounts: own ones replace defaults, read-only goes all the way down', () => {
    const bind = { kind: 'bind', source: '/data', destination: '/dev/shm' } as const;
    expect(mountAt('/dev/shm', { mounts: [bind] })).toEqual([
      { destination: '/dev/shm', type: 'bind', source: '/data', options: ['rbind', 'rprivate'] },
    ]);
    expect(mountAt('/dev/pts', { mounts: [{ ...bind, destination: '/dev' }] })).toEqual([]);
    const readonly = { ...bind, destination: '/d', readonly: true };
    expect(mountAt('/d', { mounts: [readonly] })[0]?.options).toEqual(['rbind', 'rprivate', 'rro']);
    expect(mountAt('/d', { mounts: [readonly] }, { kernelVersion: '5.10.0' })[0]?.options).toContain('ro');
    expect(mountAt('/d', { mounts: [{ ...readonly, nonRecursive: true, propagation: 'rslave' }] })[0]?.options).toEqual(
      ['bind', 'slave', 'ro'],
    );
    const tmpfs = { kind: 'tmpfs', destination: '/t', options: ['exec', 'size=1m'] } as const;
    expect(mountAt('/t', { mounts: [{ ...tmpfs, options: [...tmpfs.options] }] })[0]?.options).toEqual([
      'nosuid',
      'nodev',
      'exec',
      'size=1m',
    ]);
    expect(mountAt('/dev/shm', { shmSize: 1024 })[0]?.options).toContain('size=1024');
  });

  test('resources', () => {
    const resources = {
      memory: 64 << 20,
      memorySwap: 128 << 20,
      cpus: 0.5,
      cpuShares: 512,
      pidsLimit: 100,
      cpusetCpus: '0',
    };
    expect(build({ resources }).linux.resources).toMatchObject({
      memory: { limit: 64 << 20, swap: 128 << 20 },
      cpu: { shares: 512, quota: 50_000, period: 100_000, cpus: '0' },
      pids: { limit: 100 },
    });
    expect(build({ resources: { pidsLimit: 0 } }).linux.resources?.pids).toEqual({ limit: -1 });
    expect(build().linux.resources).not.toHaveProperty('memory');
  });

  test('rlimits are stated, and clamped where they cannot be raised', () => {
    expect(build().process.rlimits).toEqual([{ type: 'RLIMIT_NOFILE', soft: 1024, hard: 524_288 }]);
    const rlimits = [
      { type: 'RLIMIT_NOFILE', soft: 5000, hard: 90_000 },
      { type: 'RLIMIT_CORE', soft: -1, hard: -1 },
    ];
    expect(build({ rlimits }, { rlimitCeilings: { RLIMIT_NOFILE: 20_000 } }).process.rlimits).toEqual([
      { type: 'RLIMIT_NOFILE', soft: 5000, hard: 20_000 },
      rlimits[1]!,
    ]);
  });

  test('init, terminal, no seccomp', () => {
    const spec = build({
      init: '/usr/bin/tini',
      tty: true,
      consoleSize: { columns: 99, rows: 31 },
      seccomp: 'unconfined',
    });
    expect(spec.process).toMatchObject({
      args: ['/sbin/docker-init', '--', 'sleep', '1'],
      terminal: true,
      consoleSize: { height: 31, width: 99 },
    });
    expect(spec.mounts.at(-1)).toEqual({
      destination: '/sbin/docker-init',
      type: 'bind',
      source: '/usr/bin/tini',
      options: ['bind', 'ro'],
    });
    expect(spec.linux.seccomp).toBeUndefined();
    expect(build({}, { seccomp: false }).linux.seccomp).toBeUndefined();
  });
});
