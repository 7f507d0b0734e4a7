import { expect, test } from 'bun:test';
import { discardUnsupported } from './discard-unsupported.ts';

const machine = (blkioWeight: boolean, mode: 'hybrid' | 'v2' = 'hybrid') => ({
  blkioWeight: () => blkioWeight,
  cgroupMode: () => mode,
});
const given = { BlkioWeight: 500, BlkioWeightDevice: [{ Path: '/dev/sda', Weight: 5 }], CpuShares: 3 };

test('weights of block I/O go where the kernel has none, with a warning each', () => {
  const { limits, warnings } = discardUnsupported(given, machine(false));
  expect(limits).toEqual({ BlkioWeight: 0, BlkioWeightDevice: [], CpuShares: 3 });
  expect(warnings).toEqual([
    'Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.',
    'Your kernel does not support Block I/O weight_device or the cgroup is not mounted. Weight-device discarded.',
  ]);
});

test('nothing changes where it has them, or none were asked for', () => {
  expect(discardUnsupported(given, machine(true))).toEqual({ limits: given, warnings: [] });
  expect(discardUnsupported({ CpuShares: 3 }, machine(false)).warnings).toEqual([]);
});

test('the unified hierarchy has no swappiness and no way to keep the OOM killer off', () => {
  const asked = { Memory: 1e8, MemorySwappiness: 10, KernelMemoryTCP: 1e7, OomKillDisable: true };
  const { limits, warnings } = discardUnsupported(asked, machine(true, 'v2'));
  expect(limits).toMatchObject({ MemorySwappiness: -1, KernelMemoryTCP: 0, OomKillDisable: false });
  expect(warnings).toEqual([
    'Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.',
    'Your kernel does not support kernel memory TCP limit capabilities or the cgroup is not mounted. Limitation discarded.',
    'Your kernel does not support OomKillDisable. OomKillDisable discarded.',
  ]);
  expect(discardUnsupported(asked, machine(true))).toEqual({ limits: asked, warnings: [] });
});

test('a container that the OOM killer spares ought to have a limit', () => {
  expect(discardUnsupported({ OomKillDisable: true }, machine(true)).warnings).toEqual([
    'OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.',
  ]);
});
