// `userns-remap` on a machine that exists only here.

import { expect, test } from 'bun:test';
import type { Accounts } from './accounts.ts';
import { resolveRemap } from './resolve-remap.ts';

function machine(o: { subuid?: string; subgid?: string } = {}) {
  const users = new Map(Object.entries({ root: 0, ann: 1000, lone: 1001 }));
  const files = { subuid: o.subuid ?? '', subgid: o.subgid ?? o.subuid ?? '' };
  const done: string[] = [];
  const accounts: Accounts = {
    find(kind, key) {
      if (kind === 'group' && key === 'lone') return undefined;
      const entry = [...users].find(([name, id]) => name === key || String(id) === key);
      return entry && { name: entry[0], id: entry[1] };
    },
    subordinate: kind => files[kind],
    add(name) {
      done.push(`add ${name}`);
      users.set(name, 999);
    },
    addRanges(name, { start, size }) {
      done.push(`ranges ${name} ${start} ${size}`);
      files.subuid += `${name}:${start}:${size}\n`;
      files.subgid += `${name}:${start}:${size}\n`;
    },
  };
  return { accounts, done };
}

const one = { containerId: 0, hostId: 200_000, size: 65_536 };

test('a user by name, number and with a group', () => {
  const { accounts, done } = machine({ subuid: '# none\nbob:1:2\nann:200000:65536\n' });
  const expected = { ids: { uid: [one], gid: [one] }, root: { uid: 200_000, gid: 200_000 }, names: 'ann:ann' };
  for (const setting of ['ann', '1000', 'ann:ann', '1000:1000']) {
    expect(resolveRemap(setting, accounts)).toEqual(expected);
  }
  expect(done).toEqual([]);
});

test('several ranges follow each other; the owner may be a number', () => {
  const { accounts } = machine({ subuid: '1000:200000:10\nann:300000:5\n', subgid: 'ann:400000:7' });
  expect(resolveRemap('ann', accounts)).toMatchObject({
    ids: {
      uid: [
        { containerId: 0, hostId: 200_000, size: 10 },
        { containerId: 10, hostId: 300_000, size: 5 },
      ],
      gid: [{ containerId: 0, hostId: 400_000, size: 7 }],
    },
    root: { uid: 200_000, gid: 400_000 },
  });
});

test('default makes its account and takes ids nobody has, once', () => {
  const { accounts, done } = machine({ subuid: 'ann:100000:65536\n', subgid: 'ann:300000:65536\n' });
  const range = { containerId: 0, hostId: 365_536, size: 65_536 };
  for (let time = 0; time < 2; time++) {
    expect(resolveRemap('default', accounts)).toEqual({
      ids: { uid: [range], gid: [range] },
      root: { uid: 365_536, gid: 365_536 },
      names: 'dockremap:dockremap',
    });
  }
  expect(done).toEqual(['add dockremap', 'ranges dockremap 365536 65536']);
});

test('root is not remapped', () => {
  expect(resolveRemap('root', machine().accounts)).toBeUndefined();
});

test.each([
  ['a:b:c', 'Invalid user/group specification in --userns-remap: "a:b:c"'],
  ['ann:', 'Invalid user/group specification in --userns-remap: "ann:"'],
  ['nobody', 'Error during uid lookup for "nobody"'],
  ['77', 'Uid 77 has no entry in /etc/passwd'],
  ['lone', 'Error during gid lookup for "lone"'],
  ['ann:wheel', 'Error during groupname lookup for "wheel"'],
  ['ann:77', 'Gid 77 has no entry in /etc/group'],
  ['ann', 'Can\'t create ID mappings: no subuid ranges found for user "ann"'],
])('%s is refused', (setting, message) => {
  expect(() => resolveRemap(setting, machine().accounts)).toThrow(message);
});
