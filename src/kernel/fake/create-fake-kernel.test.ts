import { expect, test } from 'bun:test';
import { systemCallError } from '../libc/system-call-error.ts';
import { createFakeKernel } from './create-fake-kernel.ts';

test('calls are recorded with what they are about', () => {
  const kernel = createFakeKernel();
  kernel.mounts.overlay({ lower: ['/l'], upper: '/u', work: '/w', target: '/merged' });
  kernel.netns.create('/ns/1');
  kernel.links.addVeth('v1', { name: 'eth0', netns: '/ns/1' });
  kernel.netns.run('/ns/1', () => kernel.links.addRoute({ gateway: '10.0.0.1' }));
  kernel.sockets.reserve({ protocol: 'tcp', address: '0.0.0.0', port: 80 });
  expect(kernel.calls).toEqual([
    'mounts.overlay /merged',
    'netns.create /ns/1',
    'links.addVeth v1 eth0',
    'netns.run /ns/1',
    'links.addRoute 10.0.0.1',
    'sockets.reserve tcp 0.0.0.0:80',
  ]);
  expect(kernel.mounts.isMounted('/merged')).toBe(true);
  expect(kernel.mounts.unmount('/merged')).toBe(true);
  expect(kernel.mounts.unmount('/merged')).toBe(false);
});

test('a call fails when told to, as often as told', async () => {
  const kernel = createFakeKernel();
  const error = systemCallError('mount', 'ENOSPC');
  kernel.failOn('mounts.bind', error, 1);
  expect(() => kernel.mounts.bind('/a', '/b')).toThrow(error);
  expect(kernel.mounts.list()).toEqual([]);
  kernel.mounts.bind('/a', '/b');
  kernel.failOn('netns.create', error);
  for (let round = 0; round < 3; round++) expect(() => kernel.netns.create('/ns')).toThrow(error);
  kernel.failOn('firewall.apply', error);
  await expect(kernel.firewall.apply('')).rejects.toThrow(error);
  kernel.heal();
  kernel.netns.create('/ns');
});

test('links live in namespaces, and a veth goes with its other end', () => {
  const { netns, links } = createFakeKernel();
  links.addBridge('br0');
  netns.create('/ns');
  links.addVeth('v', { name: 'eth0', netns: '/ns', mac: '02:42:00:00:00:09' });
  links.setMaster('v', 'br0');
  netns.run('/ns', () => {
    links.addAddress('eth0', '10.0.0.2', 24);
    expect(links.find('eth0')).toMatchObject({ mac: '02:42:00:00:00:09', mtu: 1500, up: false });
    expect(links.addresses('eth0')).toEqual([{ address: '10.0.0.2', prefix: 24 }]);
    expect(links.find('br0')).toBeUndefined();
  });
  netns.remove('/ns');
  expect(links.list().map(link => link.name)).toEqual(['lo', 'br0']);
  expect(() => netns.run('/ns', () => 1)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});

test('the firewall knows the sets of the rule sets it was given', async () => {
  const { firewall, state } = createFakeKernel();
  await firewall.apply('table ip berth {\n map ports { type a : b; }\n set local {\n }\n}');
  firewall.addElements('berth', [{ set: 'ports', key: Buffer.from([1]), data: Buffer.from([2]) }]);
  expect(firewall.listElements('berth', 'ports')).toEqual([{ key: Buffer.from([1]), data: Buffer.from([2]) }]);
  const other = [{ set: 'ports', key: Buffer.from([1]), data: Buffer.from([3]) }];
  expect(() => firewall.addElements('berth', other)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  const lost = [{ set: 'none', key: Buffer.from([1]) }];
  expect(() => firewall.addElements('berth', lost)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  firewall.removeElements('berth', [...other, ...lost]);
  expect(firewall.listElements('berth', 'ports')).toEqual([]);
  await firewall.apply('delete table ip berth');
  expect(await firewall.tables()).toEqual([]);
  expect(state.rulesets).toHaveLength(2);
});

test('processes, groups and ports behave', async () => {
  const { processes, cgroups, sockets, state } = createFakeKernel();
  state.processes.set(7, { startTime: 1, children: [8], commandLine: ['sh'] });
  state.cgroups.set('/berth/a', { processes: [7] });
  expect(cgroups.list('/berth')).toEqual(['a']);
  await expect(cgroups.remove('/berth/a')).rejects.toMatchObject({ code: 'EBUSY' });
  expect(processes.kill(7, 9)).toBe(true);
  expect(processes.kill(7, 9)).toBe(false);
  state.cgroups.get('/berth/a')!.processes = [];
  await cgroups.remove('/berth/a');
  expect(cgroups.exists('/berth/a')).toBe(false);
  const port = sockets.reserve({ protocol: 'udp', address: '127.0.0.1', port: 53 });
  const again = () => sockets.reserve({ protocol: 'udp', address: '127.0.0.1', port: 53 });
  expect(again).toThrow(expect.objectContaining({ code: 'EADDRINUSE' }));
  const everywhere = () => sockets.reserve({ protocol: 'udp', address: '0.0.0.0', port: 53 });
  expect(everywhere).toThrow(expect.objectContaining({ code: 'EADDRINUSE' }));
  sockets.reserve({ protocol: 'udp', address: '::1', port: 53 });
  port[Symbol.dispose]();
  everywhere();
  expect(again).toThrow();
  const near = await sockets.connectSeqpacket('/attach');
  state.peers.get('/attach')!.write(Buffer.from('a packet'));
  expect(String(await new Promise(resolve => near.once('data', resolve)))).toBe('a packet');
});
