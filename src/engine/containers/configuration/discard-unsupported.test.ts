import { expect, test } from 'bun:test';
import { discardUnsupported } from './discard-unsupported.ts';

const given = { BlkioWeight: 500, BlkioWeightDevice: [{ Path: '/dev/sda', Weight: 5 }], CpuShares: 3 };

test('weights of block I/O go where the kernel has none, with a warning each', () => {
  const { limits, warnings } = discardUnsupported(given, { blkioWeight: () => false });
  expect(limits).toEqual({ BlkioWeight: 0, BlkioWeightDevice: [], CpuShares: 3 });
  expect(warnings).toEqual([
    'Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.',
    'Your kernel does not support Block I/O weight_device or the cgroup is not mounted. Weight-device discarded.',
  ]);
});

test('nothing changes where it has them, or none were asked for', () => {
  expect(discardUnsupported(given, { blkioWeight: () => true })).toEqual({ limits: given, warnings: [] });
  expect(discardUnsupported({ CpuShares: 3 }, { blkioWeight: () => false }).warnings).toEqual([]);
});
