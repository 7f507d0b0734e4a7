// The room against a double of the kernel: undoing, records, restarts.

import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeKernel, type FakeKernel } from '../kernel/index.ts';
import { errorKind } from '../lib/errors.ts';
import { silentLogger } from '../lib/logger.ts';
import { openStore, type Store } from '../store/index.ts';
import { EndpointRecords } from './endpoint-records.ts';
import type { Endpoint } from './network.ts';
import { Networks, type NetworksOptions } from './networks.ts';

let execRoot: string;
let kernel: FakeKernel;
let store: Store;
let networks: Networks;
let started: Networks | undefined;

// Claimed on the whole machine, where these tests may run several times at once.
const unique = randomBytes(5).toString('hex');
const table = `t_${unique}`;
const [bridge, otherBridge] = [`b${unique}`, `c${unique}`];
const [web, other] = ['a'.repeat(64), 'b'.repeat(64)];

/** A daemon's life begins, after the end of the one before. */
async function start(options: Partial<NetworksOptions> = {}): Promise<Networks> {
  await started?.stop();
  networks = new Networks({ execRoot, bridge, table, ...options }, { kernel, store, logger: silentLogger });
  started = networks;
  await networks.start();
  return networks;
}

function attach(containerId: string, network = 'bridge', hostPort = 8080): Endpoint {
  const sandbox = networks.createSandbox(containerId);
  const ports = [{ containerPort: 80, protocol: 'tcp' as const, hostIp: '', hostPort }];
  return networks.attach({ containerId, containerName: 'web', network, sandbox, ports });
}

beforeEach(() => {
  execRoot = mkdtempSync(join(tmpdir(), 'networks-'));
  kernel = createFakeKernel();
  store = openStore(':memory:');
});

afterAll(() => started?.stop());

afterEach(() => {
  store.close();
  rmSync(execRoot, { recursive: true, force: true });
});

describe('predefined networks', () => {
  test("are there with Docker's options, and keep their ids over restarts", async () => {
    const first = (await start()).list();
    expect(first.map(({ name, driver }) => [name, driver])).toEqual([
      ['bridge', 'bridge'],
      ['host', 'host'],
      ['none', 'null'],
    ]);
    expect(first[0]?.options).toEqual({
      'com.docker.network.bridge.default_bridge': 'true',
      'com.docker.network.bridge.enable_icc': 'true',
      'com.docker.network.bridge.enable_ip_masquerade': 'true',
      'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
      'com.docker.network.bridge.name': bridge,
      'com.docker.network.driver.mtu': '1500',
    });
    expect((await start()).list()).toEqual(first);
  });

  test('are found by name, id and beginning of the id', async () => {
    await start();
    const { id } = networks.get('bridge');
    expect(networks.get(id).name).toBe('bridge');
    expect(networks.get(id.slice(0, 12)).name).toBe('bridge');
    expect(networks.find('')).toBeUndefined();
    expect(() => networks.get('brid')).toThrow('network brid not found');
  });

  test('the default range gives way to what the machine has, a chosen one does not', async () => {
    kernel.links.addBridge('docker0');
    kernel.links.addAddress('docker0', '172.17.0.1', 16);
    expect((await start()).get('bridge').ipam.config).toEqual([{ subnet: '172.18.0.0/16', gateway: '172.18.0.1' }]);
    const error = await start({ bip: '172.17.5.1/24', bridge: otherBridge }).catch(error => error);
    expect(errorKind(error)).toBe('conflict');
    expect(error.message).toBe(
      `cannot create network bridge (${otherBridge}): 172.17.5.1/24 overlaps 172.17.0.1/16 of link docker0`,
    );
  });

  describe('on a bridge that somebody else made', () => {
    beforeEach(() => {
      kernel.links.addBridge(bridge);
      kernel.links.addAddress(bridge, '10.9.0.1', 24);
      kernel.links.addAddress(bridge, '10.8.0.1', 16);
    });

    const addresses = () => kernel.links.addresses(bridge).map(({ address }) => address);

    test('have its first address, and it stays as it is to the end', async () => {
      expect((await start()).get('bridge').ipam.config).toEqual([{ subnet: '10.9.0.0/24', gateway: '10.9.0.1' }]);
      expect(attach(web)).toMatchObject({ address: '10.9.0.2', gateway: '10.9.0.1' });
      await networks.purge();
      expect(kernel.links.find(bridge)).toBeDefined();
      expect(addresses()).toEqual(['10.9.0.1', '10.8.0.1']);
    });

    test('have the address that fits what is configured, or a further one', async () => {
      const ranges = async (options: Partial<NetworksOptions>) => (await start(options)).get('bridge').ipam.config[0];
      const part = { fixedCidr: '10.8.4.0/24' };
      expect(await ranges(part)).toEqual({ subnet: '10.8.0.0/16', gateway: '10.8.0.1', ipRange: '10.8.4.0/24' });
      expect(await ranges({ bip: '10.8.0.1/16' })).toEqual({ subnet: '10.8.0.0/16', gateway: '10.8.0.1' });
      expect(addresses()).toEqual(['10.9.0.1', '10.8.0.1']);
      expect(await ranges({ bip: '10.7.0.1/16' })).toEqual({ subnet: '10.7.0.0/16', gateway: '10.7.0.1' });
      expect(addresses()).toEqual(['10.9.0.1', '10.8.0.1', '10.7.0.1']);
    });

    test('follow it to another address while nobody is attached', async () => {
      await start();
      kernel.links.removeAddress(bridge, '10.9.0.1', 24);
      expect((await start()).get('bridge').ipam.config[0]?.gateway).toBe('10.8.0.1');
    });
  });

  test('a new bip waits until nobody is attached', async () => {
    await start({ bip: '10.1.0.1/16' });
    attach(web);
    expect((await start({ bip: '10.2.0.1/16' })).get('bridge').ipam.config[0]?.subnet).toBe('10.1.0.0/16');
    await networks.restore({ running: new Set() });
    expect((await start({ bip: '10.2.0.1/16' })).get('bridge').ipam.config[0]?.subnet).toBe('10.2.0.0/16');
    expect(kernel.links.addresses(bridge)).toEqual([{ address: '10.2.0.1', prefix: 16 }]);
  });
});

describe('attach', () => {
  test('on host and none gives an endpoint without address', async () => {
    await start();
    const endpoint = attach(web, 'host');
    expect(endpoint).toMatchObject({ address: '', mac: '', ports: [], hostLink: '' });
    expect(endpoint.endpointId).toMatch(/^[0-9a-f]{64}$/);
    expect(attach(other, 'none').address).toBe('');
  });

  test('twice is refused', async () => {
    await start();
    attach(web);
    expect(() => attach(web)).toThrow(`endpoint for container ${web} exists in network`);
  });

  test.each([
    'sockets.reserve',
    'links.addVeth',
    'links.setMaster',
    'links.setHairpin',
    'links.setUp',
    'links.addAddress',
    'links.addRoute',
    'firewall.addElements',
  ])('a failure of %s leaves nothing behind', async call => {
    await start();
    networks.createSandbox(web);
    const before = kernel.links.list().map(link => link.name);
    kernel.failOn(call, new Error('no'), 1);
    expect(() => attach(web)).toThrow('no');
    expect(kernel.links.list().map(link => link.name)).toEqual(before);
    expect([...kernel.state.ports]).toEqual([]);
    expect(kernel.firewall.listElements(table, 'published')).toEqual([]);
    expect(new EndpointRecords({ execRoot }).list()).toEqual([]);
    expect(attach(web).address).toBe('172.17.0.2');
  });

  test('writes the record before it touches the kernel', async () => {
    await start();
    const { addVeth } = kernel.links;
    let recorded = 0;
    kernel.links.addVeth = (...args) => {
      recorded = new EndpointRecords({ execRoot }).list().length;
      addVeth.apply(kernel.links, args);
    };
    attach(web);
    expect(recorded).toBe(1);
  });
});

describe('restore', () => {
  test('keeps what runs, releases the rest, mends the firewall', async () => {
    await start();
    const kept = attach(web, 'bridge', 8080);
    attach(other, 'bridge', 8081);
    await networks.stop();
    await start();
    await networks.restore({ running: new Set([web]) });
    expect(networks.endpoints()).toEqual([kept]);
    expect(new EndpointRecords({ execRoot }).list()).toEqual([kept]);
    expect([...kernel.state.ports]).toEqual(['tcp 0.0.0.0:8080']);
    expect(kernel.firewall.listElements(table, 'published').map(({ key }) => key.readUInt16BE(4))).toEqual([8080]);
  });
});
