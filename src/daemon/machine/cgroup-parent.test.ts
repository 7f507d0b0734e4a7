import { expect, test } from 'bun:test';
import { claimCgroupParent } from './cgroup-parent.ts';

function groups(there: string[], children: string[] = []) {
  const all = new Set(there);
  const cgroups = {
    exists: (path: string) => all.has(path),
    list: () => children,
    processes: () => [],
    remove: async (path: string) => void all.delete(path),
  };
  return { all, cgroups };
}

test('the parent goes with the daemon, also the one a killed daemon left', async () => {
  for (const before of [[], ['/berth']]) {
    const { all, cgroups } = groups(before);
    const release = claimCgroupParent(cgroups, '/berth');
    all.add('/berth');
    await release();
    expect([...all]).toEqual([]);
  }
});

test('one in which others have containers stays, and one that was prepared', async () => {
  const shared = groups(['/berth'], ['abc']);
  await claimCgroupParent(shared.cgroups, '/berth')();
  expect(shared.all.has('/berth')).toBe(true);
  const prepared = groups(['/limited']);
  await claimCgroupParent(prepared.cgroups, '/limited')();
  expect(prepared.all.has('/limited')).toBe(true);
});

test('one that never came to be is fine', async () => {
  await claimCgroupParent(groups([]).cgroups, '/own')();
});
