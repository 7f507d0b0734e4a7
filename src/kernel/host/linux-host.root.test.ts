// Facts compared with what the usual tools say. Needs root for the sysctls of a network namespace.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLibc } from '../libc/libc.ts';
import { LinuxMounts } from '../mounts/linux-mounts.ts';
import { LinuxLinks } from '../network/linux-links.ts';
import { LinuxNetworkNamespaces } from '../network/linux-network-namespaces.ts';
import { NetworkScope } from '../network/network-scope.ts';
import { capabilitiesOf } from './capability-names.ts';
import { LinuxHost } from './linux-host.ts';
import { parseOsRelease } from './os-release.ts';

const libc = openLibc();
const scope = new NetworkScope(libc);
const host = new LinuxHost({}, { libc, scope });
const tool = (command: string) => spawnSync('sh', ['-c', command], { encoding: 'utf8' }).stdout.trim();
let root: string;

beforeAll(() => {
  root = mkdtempSync('/tmp/berth-host-');
});

afterAll(() => {
  scope[Symbol.dispose]();
  rmSync(root, { recursive: true, force: true });
});

test('the facts are those of the usual tools', () => {
  expect(String(host.memoryTotal() / 1024)).toBe(tool("awk '/^MemTotal/ {print $2}' /proc/meminfo"));
  expect(String(host.cpus())).toBe(tool('nproc'));
  expect(String(host.cpuTime().online)).toBe(tool('nproc --all'));
  expect(host.cpuTime().total).toBeGreaterThan(1e9);
  expect(host.kernelVersion()).toBe(tool('uname -r'));
  expect(host.machine()).toBe(tool('uname -m'));
  expect(host.hostname()).toBe(tool('uname -n'));
  expect(host.operatingSystem()).toBe(tool('. /etc/os-release; echo "$PRETTY_NAME"'));
  expect(String(host.hardLimit('RLIMIT_NOFILE'))).toBe(tool('ulimit -Hn'));
  expect(host.hardLimit('nofile')).toBe(host.hardLimit('RLIMIT_NOFILE'));
  expect(host.hardLimit('RLIMIT_NONSENSE')).toBeUndefined();
  expect(host.capabilities()).toContain('CAP_SYS_ADMIN');
  expect(host.seccomp()).toBe(true);
  expect(host.apparmor()).toBe(tool('cat /sys/module/apparmor/parameters/enabled') === 'Y');
});

test('sysctls of the host are read, names are checked', () => {
  expect(host.sysctl('kernel.osrelease')).toBe(host.kernelVersion());
  expect(host.sysctl('kernel/osrelease')).toBe(host.kernelVersion());
  expect(host.sysctl('net.ipv4.no_such_key')).toBeUndefined();
  for (const name of ['../x', 'kernel..x', '', '/kernel', 'kernel/../../x']) {
    expect(() => host.sysctl(name)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  }
});

test('sysctls of a network namespace are its own', () => {
  const path = join(root, 'ns');
  const netns = new LinuxNetworkNamespaces({ scope, links: new LinuxLinks(scope), mounts: new LinuxMounts(libc) });
  netns.create(path);
  try {
    const key = 'net.ipv4.ip_unprivileged_port_start';
    const before = host.sysctl(key);
    netns.run(path, () => {
      host.setSysctl(key, '7');
      expect(host.sysctl(key)).toBe('7');
      expect(() => host.setSysctl(key, 'nonsense')).toThrow(expect.objectContaining({ code: 'EINVAL' }));
      expect(() => host.setSysctl('net.ipv4.no_such_key', '1')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    });
    expect(host.sysctl(key)).toBe(before!);
  } finally {
    netns.remove(path);
  }
});

test('other files are understood', () => {
  const proc = join(root, 'proc');
  mkdirSync(join(proc, 'self'), { recursive: true });
  writeFileSync(join(proc, 'self/status'), 'Name:\tx\nCapEff:\t0000000000200001\n');
  writeFileSync(join(proc, 'stat'), 'cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2\ncpu1 1 2\nintr 1\n');
  writeFileSync(join(root, 'os-release'), 'NAME=Plain\nVERSION_ID=3\n');
  const other = new LinuxHost({ proc, etc: root }, { libc, scope });
  expect(other.capabilities()).toEqual(['CAP_CHOWN', 'CAP_SYS_ADMIN']);
  expect(other.cpuTime()).toEqual({ total: 280_000_000, online: 2 });
  expect(other.operatingSystem()).toBe('Plain');
  expect(other.operatingSystemVersion()).toBe('3');
  expect(capabilitiesOf('')).toEqual([]);
  expect(parseOsRelease('A="x \\"y\\""\nB=\'$z\'\n# c\n')).toEqual({ A: 'x "y"', B: '$z' });
});
