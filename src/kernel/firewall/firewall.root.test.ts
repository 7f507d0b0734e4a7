// nf_tables against the real kernel, in a network namespace of its own. Needs root and nft(8).
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { openLibc } from '../libc/libc.ts';
import { LinuxMounts } from '../mounts/linux-mounts.ts';
import { LinuxLinks } from '../network/linux-links.ts';
import { LinuxNetworkNamespaces } from '../network/linux-network-namespaces.ts';
import { NetworkScope } from '../network/network-scope.ts';
import { LinuxFirewall } from './linux-firewall.ts';

const libc = openLibc();
const scope = new NetworkScope(libc);
const netns = new LinuxNetworkNamespaces({ scope, links: new LinuxLinks(scope), mounts: new LinuxMounts(libc) });
const firewall = new LinuxFirewall(scope);
const table = `berth-test-${process.pid}`;
let root: string;
let path: string;

const ruleset = `table ip ${table} {
  map ports { type inet_proto . inet_service : ipv4_addr . inet_service; }
  set local { type ipv4_addr; }
  chain prerouting { type nat hook prerouting priority dstnat; dnat to meta l4proto . th dport map @ports; }
}`;

const port = (number: number) => {
  const key = Buffer.alloc(8);
  key[0] = 6;
  key.writeUInt16BE(number, 4);
  return key;
};
const target = (last: number, number: number) => {
  const data = Buffer.from([172, 17, 0, last, 0, 0, 0, 0]);
  data.writeUInt16BE(number, 4);
  return data;
};

/** `apply` is asynchronous; what it decides by the scope, it decides before it first waits. */
const applyThere = (text: string) => {
  let applied: Promise<void> | undefined;
  netns.run(path, () => {
    applied = firewall.apply(text);
  });
  return applied!;
};

beforeAll(async () => {
  root = mkdtempSync('/tmp/berth-firewall-');
  path = `${root}/ns`;
  netns.create(path);
  await applyThere(ruleset);
});

afterAll(() => {
  netns.remove(path);
  scope[Symbol.dispose]();
  rmSync(root, { recursive: true, force: true });
});

test('elements are added, listed as nft sees them, and removed', () => {
  netns.run(path, () => {
    firewall.addElements(table, [
      { set: 'ports', key: port(8080), data: target(2, 80) },
      { set: 'local', key: Buffer.from([10, 1, 2, 3]) },
    ]);
    expect(firewall.listElements(table, 'ports')).toEqual([{ key: port(8080), data: target(2, 80) }]);
    expect(firewall.listElements(table, 'local')).toEqual([{ key: Buffer.from([10, 1, 2, 3]) }]);
  });
  const list = ['nft', 'list', 'map', 'ip', table, 'ports'];
  expect(spawnSync('nsenter', [`--net=${path}`, ...list], { encoding: 'utf8' }).stdout).toContain(
    'tcp . 8080 : 172.17.0.2 . 80',
  );
  netns.run(path, () => {
    firewall.removeElements(table, [
      { set: 'ports', key: port(8080) },
      { set: 'local', key: Buffer.from([10, 1, 2, 3]) },
    ]);
    expect(firewall.listElements(table, 'ports')).toEqual([]);
    expect(firewall.listElements(table, 'local')).toEqual([]);
  });
});

test('a transaction is all or nothing', () => {
  netns.run(path, () => {
    const mine = { set: 'ports', key: port(81), data: target(2, 81) };
    firewall.addElements(table, [mine]);
    firewall.addElements(table, [mine]);
    const elements = [
      { set: 'ports', key: port(82), data: target(2, 82) },
      { set: 'ports', key: port(81), data: target(9, 81) },
    ];
    expect(() => firewall.addElements(table, elements)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
    const missing = { set: 'nowhere', key: port(1) };
    expect(() => firewall.addElements(table, [elements[0]!, missing])).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
    expect(firewall.listElements(table, 'ports')).toEqual([{ key: mine.key, data: mine.data }]);
    firewall.removeElements(table, [mine]);
  });
});

test('what is missing does not keep the rest from being removed', () => {
  netns.run(path, () => {
    firewall.addElements(table, [{ set: 'ports', key: port(90), data: target(2, 90) }]);
    firewall.removeElements(table, [
      { set: 'ports', key: port(1) },
      { set: 'nowhere', key: port(90) },
      { set: 'ports', key: port(90) },
    ]);
    expect(firewall.listElements(table, 'ports')).toEqual([]);
    firewall.removeElements('nowhere', [{ set: 'ports', key: port(1) }]);
    firewall.removeElements(table, []);
    firewall.addElements(table, []);
    expect(firewall.listElements('nowhere', 'ports')).toEqual([]);
  });
});

test('thousands of elements go in one transaction', () => {
  netns.run(path, () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      set: 'ports',
      key: port(index + 1),
      data: target(7, index),
    }));
    firewall.addElements(table, many);
    expect(firewall.listElements(table, 'ports')).toHaveLength(10_000);
    firewall.removeElements(table, many);
    expect(firewall.listElements(table, 'ports')).toEqual([]);
  });
});

test('a wrong rule set says what nft says and changes nothing', async () => {
  const wrong = `table ip other {\n chain x { }\n}\ntable ip ${table} {\n chain y { nonsense; }\n}`;
  await expect(applyThere(wrong)).rejects.toThrow(/nft failed:.*syntax error/s);
  const { promise, resolve } = Promise.withResolvers<string[]>();
  netns.run(path, () => {
    firewall.tables().then(resolve);
  });
  expect(await promise).toEqual([table]);
});

test('tables are removed, also twice', async () => {
  await applyThere('table ip gone {\n chain x { type filter hook input priority 0; }\n}');
  const tables = () => {
    let found: Promise<string[]> | undefined;
    netns.run(path, () => {
      found = firewall.tables();
    });
    return found!;
  };
  expect(await tables()).toContain('gone');
  for (let round = 0; round < 2; round++) {
    netns.run(path, () => {
      void firewall.removeTable('gone');
    });
  }
  expect(await tables()).not.toContain('gone');
  expect(await firewall.tables()).not.toContain(table);
});
