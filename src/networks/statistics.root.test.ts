// Counters of what goes through a container's interfaces. Needs root.

import { expect, test } from 'bun:test';
import { Lab } from './testing/lab.ts';

test('what a container receives and sends is counted in its own namespace', async () => {
  await using lab = new Lab();
  await lab.start();
  const id = 'd'.repeat(64);
  const { address } = lab.attach(id);
  const before = lab.networks.statistics(id);
  expect([...before.keys()]).toEqual(['eth0']);
  await lab.serve(lab.networks.sandboxPath(id), 80, 'hello');
  expect(await lab.call('', address, 80)).toContain('hello');
  const after = lab.networks.statistics(id).get('eth0');
  expect(after?.rxBytes).toBeGreaterThan(before.get('eth0')?.rxBytes ?? 0);
  expect(after?.txPackets).toBeGreaterThan(before.get('eth0')?.txPackets ?? 0);
  expect(lab.networks.statistics('e'.repeat(64)).size).toBe(0);
});
