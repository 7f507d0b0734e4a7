// Mounts with other owners, alone and below an overlay. Needs root.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { chownSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKernel } from '../../create-kernel.ts';
import type { Kernel } from '../../kernel.ts';

let root: string;
let kernel: Kernel;
const at = (...parts: string[]) => join(root, ...parts);
const ranges = [
  { containerId: 0, hostId: 300_000, size: 100 },
  { containerId: 0xffff_fffe, hostId: 0, size: 1 },
];

beforeAll(() => {
  root = mkdtempSync('/tmp/berth-mapped-');
  kernel = createKernel();
  for (const name of ['store/lower', 'store/upper', 'store/work', 'seen', 'merged']) {
    mkdirSync(at(name), { recursive: true });
  }
  writeFileSync(at('store/lower/f'), 'one');
  chownSync(at('store/lower/f'), 33, 34);
  writeFileSync(at('store/lower/gone'), '');
});
afterAll(() => {
  for (const name of ['merged', 'seen']) kernel.mounts.unmount(at(name), { lazy: true });
  kernel.close();
  rmSync(root, { recursive: true, force: true });
});

const owner = (path: string) => {
  const { uid, gid } = lstatSync(path);
  return [uid, gid];
};

test('owners are shown by the map, and written back by it, through an overlay too', async () => {
  await kernel.mounts.bindMapped(at('store'), at('seen'), { uid: ranges, gid: ranges });
  expect(owner(at('seen/lower/f'))).toEqual([300_033, 300_034]);
  expect(owner(at('store/lower/f'))).toEqual([33, 34]);
  kernel.mounts.overlay({
    ...{ lower: [at('seen/lower')], upper: at('seen/upper'), work: at('seen/work') },
    ...{ target: at('merged'), index: false },
  });
  expect(owner(at('merged/f'))).toEqual([300_033, 300_034]);
  writeFileSync(at('merged/f'), 'two');
  rmSync(at('merged/gone'));
  writeFileSync(at('merged/new'), '');
  chownSync(at('merged/new'), 300_007, 300_008);
  expect(owner(at('store/upper/f'))).toEqual([33, 34]);
  expect(owner(at('store/upper/new'))).toEqual([7, 8]);
  expect(lstatSync(at('store/upper/gone')).rdev).toBe(0);
});

test('a place that is not there is named, and nothing is left', async () => {
  const failed = kernel.mounts.bindMapped(at('store'), at('nowhere'), { uid: ranges, gid: ranges });
  await expect(failed).rejects.toThrow('nowhere');
  expect(kernel.mounts.isMounted(at('nowhere'))).toBe(false);
});

test('a pinned network namespace is that of the process', async () => {
  const command = ['unshare', '--net', 'sh', '-c', 'echo ready; exec sleep 100'];
  const child = Bun.spawn(command, { stdio: ['ignore', 'pipe', 'ignore'] });
  const pin = at('netns', 'x');
  try {
    await child.stdout.getReader().read();
    kernel.netns.pin(pin, child.pid);
    expect(kernel.netns.run(pin, () => kernel.links.list().map(link => [link.name, link.up]))).toEqual([['lo', true]]);
    expect(() => kernel.netns.pin(pin, child.pid)).toThrow('already exists');
  } finally {
    kernel.netns.remove(pin);
    child.kill('SIGKILL');
  }
  expect(kernel.netns.exists(pin)).toBe(false);
});
