// The default network against the real kernel: who reaches whom, and that nothing is left behind. Needs root.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { errorMessage } from '../lib/errors.ts';
import type { Endpoint, PortRequest } from './network.ts';
import { Lab } from './testing/lab.ts';

const id = (letter: string) => letter.repeat(64);
const [web, other] = [id('a'), id('b')];

function publish(
  containerPort: number,
  hostPort: PortRequest['hostPort'],
  more: Partial<PortRequest> = {},
): PortRequest {
  return { containerPort, protocol: 'tcp', hostIp: '', hostPort, ...more };
}

describe('published ports', () => {
  let lab: Lab;
  let endpoint: Endpoint;
  let neighbour: Endpoint;
  let webSandbox: string;
  let otherSandbox: string;
  let ports: { everywhere: number; loopback: number; datagram: number };

  beforeAll(async () => {
    lab = new Lab();
    await lab.start();
    lab.addOutside();
    endpoint = lab.attach(web, [
      publish(80, 0),
      publish(81, 0, { hostIp: '127.0.0.1' }),
      publish(53, 0, { protocol: 'udp' }),
    ]);
    neighbour = lab.attach(other);
    const [everywhere = 0, loopback = 0, datagram = 0] = endpoint.ports.map(port => port.hostPort);
    ports = { everywhere, loopback, datagram };
    webSandbox = lab.networks.sandboxPath(web);
    otherSandbox = lab.networks.sandboxPath(other);
    await Promise.all([
      lab.serve(webSandbox, 80, 'web'),
      lab.serve(webSandbox, 81, 'private'),
      lab.serve(webSandbox, 82, 'unpublished'),
      lab.serve(webSandbox, 53, 'names', 'udp'),
      lab.serve(lab.outside, 7000, 'outside'),
    ]);
  });

  afterAll(async () => {
    await lab?.[Symbol.asyncDispose]();
  });

  test('containers have the first addresses of the range, and MACs that go with them', () => {
    expect([endpoint.address, neighbour.address]).toEqual([
      lab.gateway.replace(/1$/, '2'),
      lab.gateway.replace(/1$/, '3'),
    ]);
    expect(endpoint).toMatchObject({ prefix: 24, gateway: lab.gateway, containerLink: 'eth0' });
    expect(endpoint.mac).toStartWith('02:42:0a:c9:');
  });

  test("a container reaches a machine outside under the host's address", async () => {
    expect(await lab.call(webSandbox, lab.outsideAddress, 7000)).toBe(`outside ${lab.hostAddress}`);
  });

  test('the host reaches a port through its loopback, the bridge and its other address', async () => {
    for (const address of ['127.0.0.1', lab.gateway, lab.hostAddress]) {
      expect(await lab.call('', address, ports.everywhere)).toStartWith('web ');
    }
    expect(await lab.call('', '127.0.0.1', ports.datagram, 'udp')).toStartWith('names ');
    expect(await lab.call('', '127.0.0.1', ports.loopback)).toStartWith('private ');
  });

  test('a machine outside reaches it, and the container sees who calls', async () => {
    expect(await lab.call(lab.outside, lab.hostAddress, ports.everywhere)).toBe(`web ${lab.outsideAddress}`);
    expect(await lab.call(lab.outside, lab.hostAddress, ports.datagram, 'udp')).toBe(`names ${lab.outsideAddress}`);
  });

  test("another container and the container itself reach it by the host's addresses", async () => {
    for (const sandbox of [otherSandbox, webSandbox]) {
      expect(await lab.call(sandbox, lab.hostAddress, ports.everywhere)).toStartWith('web ');
      expect(await lab.call(sandbox, lab.gateway, ports.everywhere)).toStartWith('web ');
    }
    expect(await lab.call(otherSandbox, lab.hostAddress, ports.datagram, 'udp')).toStartWith('names ');
  });

  test('neighbours talk directly, whether published or not', async () => {
    expect(await lab.call(otherSandbox, endpoint.address, 82)).toBe(`unpublished ${neighbour.address}`);
  });

  test("a machine outside reaches nothing that is not published, not even by the container's address", async () => {
    const calls = [
      lab.callInVain(lab.outside, lab.hostAddress, 82),
      ...[80, 82].map(port => lab.callInVain(lab.outside, endpoint.address, port)),
    ];
    expect(await Promise.all(calls)).toEqual(['', '', '']);
  });

  test('a port published on the loopback is for the host alone', async () => {
    expect(await lab.callInVain(lab.outside, lab.hostAddress, ports.loopback)).toBe('');
    expect(await lab.callInVain(otherSandbox, lab.hostAddress, ports.loopback)).toBe('');
  });

  test("neither a neighbour machine nor a container gets at the host's loopback (CVE-2020-8558)", async () => {
    const service = await lab.serve('', 0, 'loopback service');
    const { links, netns } = lab.kernel;
    for (const [sandbox, gateway] of [
      [otherSandbox, lab.gateway],
      [lab.outside, lab.hostAddress],
    ] as const) {
      netns.run(sandbox, () => {
        // What an attacker with the right to change routes in there would do.
        lab.kernel.host.setSysctl('net.ipv4.conf.eth0.route_localnet', '1');
        links.removeAddress('lo', '127.0.0.1', 8);
        links.addRoute({ destination: '127.0.0.1/32', gateway });
      });
      const targets = [service, ports.loopback];
      expect(await Promise.all(targets.map(port => lab.callInVain(sandbox, '127.0.0.1', port)))).toEqual(['', '']);
    }
  });
});

test("ports are refused in Docker's words, and free again after detach", async () => {
  await using lab = new Lab();
  await lab.start();
  const first = lab.attach(web, [publish(80, 0)]);
  const port = first.ports[0]?.hostPort ?? 0;
  const refusal = (request: PortRequest) => {
    try {
      lab.attach(other, [request]);
    } catch (error) {
      return errorMessage(error).replace(/\([0-9a-f]{64}\)/, '(ID)');
    }
    return '';
  };
  const prefix = `driver failed programming external connectivity on endpoint c-${other} (ID): `;
  expect(refusal(publish(80, port))).toBe(`${prefix}Bind for 0.0.0.0:${port} failed: port is already allocated`);
  expect(refusal(publish(80, port, { hostIp: '127.0.0.1' }))).toStartWith(`${prefix}Bind for 0.0.0.0:${port} failed`);
  expect(refusal(publish(80, 80, { hostIp: '192.0.2.254' }))).toEndWith(':80/tcp: cannot assign requested address');
  const server = Bun.listen({ hostname: '0.0.0.0', port: 0, socket: { data() {} } });
  try {
    const target = lab.gateway.replace(/1$/, '3');
    expect(refusal(publish(80, server.port))).toBe(
      `${prefix}failed to bind host port for 0.0.0.0:${server.port}:${target}:80/tcp: address already in use`,
    );
  } finally {
    server.stop(true);
  }
  expect(lab.networks.endpoint(other)).toBeUndefined();
  lab.networks.detach(web);
  expect(lab.attach(other, [publish(80, port)]).ports[0]?.hostPort).toBe(port);
});

test('without icc containers do not reach each other, but the outside', async () => {
  await using lab = new Lab();
  await lab.start({ icc: false });
  lab.addOutside();
  const endpoint = lab.attach(web);
  lab.attach(other);
  await lab.serve(lab.networks.sandboxPath(web), 80, 'web');
  await lab.serve(lab.outside, 7000, 'outside');
  expect(await lab.callInVain(lab.networks.sandboxPath(other), endpoint.address, 80)).toBe('');
  expect(await lab.call(lab.networks.sandboxPath(other), lab.outsideAddress, 7000)).toStartWith('outside ');
});

test('after SIGKILL and restart what runs goes on and the rest is gone', async () => {
  await using lab = new Lab();
  await lab.start();
  const kept = lab.attach(web, [publish(80, 0)]);
  const gone = lab.attach(other, [publish(80, 0)]);
  const [port = 0, freed = 0] = [kept, gone].map(endpoint => endpoint.ports[0]?.hostPort);
  await lab.serve(lab.networks.sandboxPath(web), 80, 'web');
  const elements = () => lab.kernel.firewall.listElements(lab.table, 'published');
  // Half-done things of the daemon before: an element too many and one that is missing.
  const [first, second] = elements();
  expect(second).toBeDefined();
  await lab.crash();
  expect(await lab.call('', '127.0.0.1', port)).toStartWith('web ');
  const stray = Buffer.from('0600000000090000', 'hex');
  lab.kernel.firewall.addElements(lab.table, [{ set: 'published', key: stray, data: first?.data ?? Buffer.alloc(8) }]);
  for (const { key } of elements().filter(({ key }) => key.readUInt16BE(4) === port)) {
    lab.kernel.firewall.removeElements(lab.table, [{ set: 'published', key }]);
  }

  const networks = await lab.start();
  await networks.restore({ running: new Set([web]) });
  expect(networks.endpoint(web)).toEqual(kept);
  expect(networks.endpoint(other)).toBeUndefined();
  expect(elements().map(({ key }) => key.readUInt16BE(4))).toEqual([port]);
  expect(await lab.call('', '127.0.0.1', port)).toStartWith('web ');
  expect(lab.kernel.netns.exists(networks.sandboxPath(other))).toBe(false);
  expect(() => lab.attach(id('c'), [publish(80, port)])).toThrow('port is already allocated');
  expect(lab.attach(id('d'), [publish(80, freed)]).address).not.toBe(kept.address);
});

test('a bridge that somebody removed comes back with its cables', async () => {
  await using lab = new Lab();
  await lab.start();
  const [port = 0] = lab.attach(web, [publish(80, 0)]).ports.map(({ hostPort }) => hostPort);
  await lab.serve(lab.networks.sandboxPath(web), 80, 'web');
  await lab.crash();
  lab.kernel.links.remove(lab.bridge);
  await (await lab.start()).restore({ running: new Set([web]) });
  expect(await lab.call('', '127.0.0.1', port)).toStartWith('web ');
});

test('50 containers come and go and leave nothing', async () => {
  await using lab = new Lab();
  const networks = await lab.start();
  for (let i = 0; i < 50; i++) {
    const containerId = `${i}`.padStart(12, 'e').padEnd(64, '0');
    lab.attach(containerId, [publish(80, 0), publish(81, 0, { protocol: 'udp', hostIp: '127.0.0.1' })]);
    networks.detach(containerId);
    networks.removeSandbox(containerId);
    networks.detach(containerId);
  }
  expect(networks.endpoints()).toEqual([]);
  for (const set of ['published', 'published_on']) {
    expect(lab.kernel.firewall.listElements(lab.table, set)).toEqual([]);
  }
  const master = lab.kernel.links.find(lab.bridge)?.index;
  // The kernel takes dropped namespaces down in its own time.
  const deadline = Date.now() + 40_000;
  const cables = () => lab.kernel.links.list().filter(link => link.master === master);
  while (cables().length > 0 && Date.now() < deadline) await Bun.sleep(20);
  expect(cables()).toEqual([]);
});

test('a second daemon on the same range is told whose it is', async () => {
  await using first = new Lab();
  await first.start();
  await using second = new Lab();
  const error = await second.start({ bip: first.bip }).catch(errorMessage);
  expect(error).toBe(
    `cannot create network bridge (${second.bridge}): ${first.bip} overlaps ${first.bip} of link ${first.bridge}`,
  );
});

test('a second daemon gets neither the bridge nor the table of one that runs', async () => {
  await using first = new Lab();
  await first.start();
  await using second = new Lab();
  const { bridge, table } = first;
  expect(await second.start({ bridge }).catch(errorMessage)).toBe(
    `bridge ${bridge} belongs to another daemon that is running`,
  );
  expect(await second.start({ table }).catch(errorMessage)).toBe(
    `firewall table ${table} belongs to another daemon that is running`,
  );
});

test('purge leaves neither bridge nor table', async () => {
  const lab = new Lab();
  const { table, bridge } = lab;
  await lab.start();
  expect(await lab.kernel.firewall.tables()).toContain(table);
  await lab.networks.purge();
  expect(await lab.kernel.firewall.tables()).not.toContain(table);
  expect(lab.kernel.links.find(bridge)).toBeUndefined();
  await lab[Symbol.asyncDispose]();
});
