// Network namespaces and links against the real kernel. Needs root.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { openLibc } from '../libc/libc.ts';
import { LinuxMounts } from '../mounts/linux-mounts.ts';
import { LinuxLinks } from './linux-links.ts';
import { LinuxNetworkNamespaces } from './linux-network-namespaces.ts';
import { NetworkScope } from './network-scope.ts';

const libc = openLibc();
const scope = new NetworkScope(libc);
const links = new LinuxLinks(scope);
const netns = new LinuxNetworkNamespaces({ scope, links, mounts: new LinuxMounts(libc) });
const tag = `k${process.pid % 100000}`;
const bridge = `${tag}br`;
let root: string;

const inside = (path: string, ...command: string[]) =>
  spawnSync('nsenter', [`--net=${path}`, ...command], { encoding: 'utf8' });

/** Descriptors of the kinds that this needs; those of other tests may be closed at any time. */
const descriptors = () =>
  readdirSync('/proc/self/fd')
    .map(name => {
      try {
        return readlinkSync(`/proc/self/fd/${name}`);
      } catch {
        return ''; // the one that listed the folder
      }
    })
    .filter(target => target.startsWith('net:[') || target.startsWith(root) || netlinkSockets().has(target))
    .sort();

const netlinkSockets = () => {
  const [, ...rows] = readFileSync('/proc/self/net/netlink', 'utf8').trim().split('\n');
  return new Set(rows.map(row => `socket:[${row.trim().split(/\s+/).at(-1)}]`));
};

const threadNamespaces = () =>
  new Set(
    readdirSync('/proc/self/task').flatMap(thread => {
      try {
        return [readlinkSync(`/proc/self/task/${thread}/ns/net`)];
      } catch {
        return []; // a thread that ended meanwhile
      }
    }),
  );

beforeAll(() => {
  root = mkdtempSync('/tmp/berth-netns-');
});

afterAll(() => {
  for (const name of readdirSync(root)) netns.remove(`${root}/${name}`);
  for (const link of links.list()) if (link.name.startsWith(tag)) links.remove(link.name);
  rmSync(root, { recursive: true, force: true });
  scope[Symbol.dispose]();
});

test('a namespace is fresh, has lo up, and goes away', () => {
  const path = `${root}/fresh`;
  netns.create(path);
  expect(netns.run(path, () => links.list().map(link => [link.name, link.up]))).toEqual([['lo', true]]);
  expect(netns.run(path, () => links.addresses('lo'))).toContainEqual({ address: '127.0.0.1', prefix: 8 });
  expect(() => netns.create(path)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  netns.remove(path);
  netns.remove(path);
  expect(netns.exists(path)).toBe(false);
  expect(() => netns.run(path, () => 1)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});

test('a plain file left by a reboot is no namespace and is reused', () => {
  const path = `${root}/stale`;
  writeFileSync(path, '');
  expect(netns.exists(path)).toBe(false);
  expect(() => netns.run(path, () => 1)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  netns.create(path);
  expect(netns.exists(path)).toBe(true);
  netns.remove(path);
});

test('500 rounds, failures included, leave every thread where it was', () => {
  const before = threadNamespaces();
  expect(before.size).toBe(1);
  const held = descriptors();
  for (let round = 0; round < 500; round++) {
    const path = `${root}/round`;
    netns.create(path);
    expect(netns.run(path, () => links.list())).toHaveLength(1);
    expect(() =>
      netns.run(path, () => {
        throw new Error('within');
      }),
    ).toThrow('within');
    netns.remove(path);
  }
  expect(threadNamespaces()).toEqual(before);
  expect(descriptors()).toEqual(held);
});

test('an asynchronous function is refused, and the thread is back', () => {
  const path = `${root}/async`;
  const home = readlinkSync('/proc/thread-self/ns/net');
  netns.create(path);
  expect(() => netns.run(path, async () => 1)).toThrow(TypeError);
  expect(readlinkSync('/proc/thread-self/ns/net')).toBe(home);
  netns.remove(path);
});

test('bridge and veth carry packets', () => {
  const path = `${root}/veth`;
  netns.create(path);
  links.addBridge(bridge, { mac: '02:42:0a:c5:00:01', mtu: 1400, group: 0x62727468 });
  expect(links.find(bridge)).toMatchObject({ mac: '02:42:0a:c5:00:01', mtu: 1400, group: 0x62727468 });
  links.addAddress(bridge, '10.197.77.1', 24);
  links.setUp(bridge);
  expect(links.addresses(bridge)).toEqual([{ address: '10.197.77.1', prefix: 24 }]);
  expect(() => links.addAddress(bridge, '10.197.77.1', 24)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  expect(() => links.addBridge(bridge)).toThrow(expect.objectContaining({ code: 'EEXIST' }));

  const veth = `${tag}v`;
  links.addVeth(veth, { name: 'eth0', netns: path, mac: '02:42:0a:c5:00:09' }, { mtu: 1400 });
  links.setMaster(veth, bridge);
  links.setHairpin(veth, true);
  links.setIsolated(veth, true);
  links.setUp(veth);
  expect(readFileSync(`/sys/class/net/${veth}/brport/hairpin_mode`, 'utf8').trim()).toBe('1');
  expect(readFileSync(`/sys/class/net/${veth}/brport/isolated`, 'utf8').trim()).toBe('1');
  const found = links.find(veth);
  expect(found).toMatchObject({ name: veth, kind: 'veth', mtu: 1400, up: true, master: links.find(bridge)?.index });

  netns.run(path, () => {
    links.setUp('eth0');
    links.addAddress('eth0', '10.197.77.9', 24);
    links.addAddress('eth0', 'fd00:77::9', 64);
    links.addRoute({ gateway: '10.197.77.1' });
    links.addRoute({ destination: '10.99.0.0/16', gateway: '10.197.77.2', device: 'eth0' });
    links.addRoute({ destination: 'fd00:78::/64', gateway: 'fd00:77::1' });
    expect(links.find('eth0')).toMatchObject({ mac: '02:42:0a:c5:00:09', mtu: 1400 });
    expect(links.routes()).toContainEqual({ gateway: '10.197.77.1', device: 'eth0' });
    expect(links.routes()).toContainEqual({ destination: '10.99.0.0/16', gateway: '10.197.77.2', device: 'eth0' });
    expect(links.routes()).toContainEqual({ destination: '10.197.77.0/24', device: 'eth0' });
    expect(links.routes()).toContainEqual({ destination: 'fd00:78::/64', gateway: 'fd00:77::1', device: 'eth0' });
    links.removeAddress('eth0', 'fd00:77::9', 64);
    links.removeAddress('eth0', 'fd00:77::9', 64);
    links.removeAddress('nothing', 'fd00:77::9', 64);
  });
  const ping = inside(path, 'busybox', 'ping', '-c1', '-W20', '10.197.77.1');
  expect(ping.stdout).toContain('1 packets received');
  expect(inside(path, 'ip', 'addr', 'show', 'eth0').stdout).toContain('brd 10.197.77.255');
  expect(links.find(veth)!.statistics.rxPackets).toBeGreaterThan(0);
  netns.remove(path);
});

test('links are changed, renamed and removed', () => {
  const name = `${tag}x`;
  const renamed = `${tag}y`;
  links.addBridge(name);
  expect(links.find(name)).toMatchObject({ up: false, kind: 'bridge' });
  links.rename(name, renamed);
  expect(links.find(name)).toBeUndefined();
  links.setUp(renamed);
  expect(links.find(renamed)?.up).toBe(true);
  links.remove(renamed);
  links.remove(renamed);
  expect(() => links.setUp(renamed)).toThrow(expect.objectContaining({ code: 'ENODEV' }));
  expect(() => links.setMaster('lo', renamed)).toThrow(expect.objectContaining({ code: 'ENODEV' }));
  expect(() => links.addBridge('a-name-that-is-far-too-long')).toThrow();
});
