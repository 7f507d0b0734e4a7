import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeKernel, type FakeKernel, systemCallError } from '../../kernel/index.ts';
import { silentLogger } from '../../lib/logger.ts';
import { type Digest, sha256 } from '../../oci/digest.ts';
import { openStore, type Store } from '../../store/index.ts';
import { ContainerLayers } from './container-layers.ts';

let root: string;
let kernel: FakeKernel;
let store: Store;
const bottom = sha256('bottom');
const top = sha256('top');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-rw-'));
  kernel = createFakeKernel();
  store = openStore(':memory:');
});
afterEach(() => {
  store.close();
  rmSync(root, { recursive: true, force: true });
});

const lower = (chainId: Digest) => {
  const path = join(root, chainId === top ? '2' : '1');
  mkdirSync(path, { recursive: true });
  return path;
};
const open = () =>
  new ContainerLayers(join(root, 'rw'), { kernel, store, layers: { path: lower }, logger: silentLogger });

test('the topmost image layer comes first, and a mounted root is not mounted again', () => {
  const layers = open();
  layers.create('c', [bottom, top]);
  expect(kernel.calls).toEqual([]);
  expect(layers.find('c')?.lower).toEqual([join(root, '2'), join(root, '1'), join(root, 'rw', 'init')]);
  expect(layers.mount('c')).toBe(layers.mount('c'));
  expect(kernel.calls.filter(call => call.startsWith('mounts.overlay'))).toHaveLength(1);
});

test('a failed mount leaves the layer, and the next try may succeed', () => {
  const layers = open();
  layers.create('c', [bottom]);
  kernel.failOn('mounts.overlay', systemCallError('mount', 'ENOSPC'), 1);
  expect(() => layers.mount('c')).toThrow();
  expect(layers.list()).toEqual(['c']);
  expect(existsSync(layers.mount('c'))).toBe(true);
});

test('what is busy is detached', async () => {
  const layers = open();
  layers.create('c', [bottom]);
  layers.mount('c');
  kernel.failOn('mounts.unmount', systemCallError('umount', 'EBUSY'), 1);
  layers.remove('c');
  await layers.settled();
  expect(kernel.calls.filter(call => call.startsWith('mounts.unmount'))).toHaveLength(2);
  expect(readdirSync(join(root, 'rw'))).toEqual(['init']);
});

test('an unmount that fails keeps the layer and its record', () => {
  const layers = open();
  layers.create('c', [bottom]);
  layers.mount('c');
  kernel.failOn('mounts.unmount', systemCallError('umount', 'EIO'));
  expect(() => layers.remove('c')).toThrow();
  kernel.heal();
  expect(layers.list()).toEqual(['c']);
  expect(readdirSync(join(root, 'rw')).sort()).toEqual(['1', 'init']);
});

test('numbers are not used twice after a restart', () => {
  open().create('a', []);
  const again = open();
  again.create('b', []);
  expect(again.find('b')?.upper).toBe(join(root, 'rw/2/upper'));
  expect(again.find('b')?.lower).toEqual([join(root, 'rw/init')]);
});
