// Volumes against the real kernel: what copy-up keeps, and what the local driver mounts. Needs root.

import { afterEach, beforeEach, expect, test } from 'bun:test';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKernel, type Kernel } from '../kernel/index.ts';
import { silentLogger } from '../lib/logger.ts';
import { openStore, type Store } from '../store/index.ts';
import { Volumes } from './volumes.ts';

let root: string;
let kernel: Kernel;
let store: Store;
let volumes: Volumes;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'volumes-root-'));
  kernel = createKernel();
  store = openStore(':memory:');
  volumes = new Volumes({ root }, { kernel, store, logger: silentLogger });
});

afterEach(() => {
  for (const { mountpoint } of volumes.list()) while (kernel.mounts.unmount(mountpoint, { lazy: true }));
  store.close();
  kernel.close();
  rmSync(root, { recursive: true, force: true });
});

test('copy-up keeps owners, modes, times, links, holes, devices and extended attributes', async () => {
  const from = join(root, 'image');
  mkdirSync(join(from, 'sub'), { recursive: true });
  const file = join(from, 'sub/file');
  writeFileSync(file, 'x');
  truncateSync(file, 8 << 20);
  kernel.files.setXattr(file, 'user.note', Buffer.from('kept'));
  linkSync(file, join(from, 'hard'));
  symlinkSync('sub/file', join(from, 'soft'));
  chownSync(file, 33, 44);
  chmodSync(file, 0o4751);
  kernel.files.mknod(join(from, 'null'), 0o020666, 0x103);
  utimesSync(file, 1_000_000_000, 1_000_000_000);
  chownSync(from, 12, 34);

  const { mountpoint } = volumes.create({ name: 'data' });
  volumes.mount('data', 'c1');
  expect(await volumes.copyUp('data', from)).toBe(true);

  const copy = lstatSync(join(mountpoint, 'sub/file'));
  expect([copy.uid, copy.gid, copy.mode & 0o7777, copy.mtimeMs, copy.size]).toEqual([33, 44, 0o4751, 1e12, 8 << 20]);
  expect(copy.blocks * 512).toBeLessThan(1 << 20);
  expect(lstatSync(join(mountpoint, 'hard')).ino).toBe(copy.ino);
  expect(readlinkSync(join(mountpoint, 'soft'))).toBe('sub/file');
  expect(lstatSync(join(mountpoint, 'null')).rdev).toBe(0x103);
  expect(kernel.files.getXattr(join(mountpoint, 'sub/file'), 'user.note')?.toString()).toBe('kept');
  expect([lstatSync(mountpoint).uid, lstatSync(mountpoint).gid]).toEqual([12, 34]);
});

test('an empty folder of a volume is filled, whatever lies beside it', async () => {
  const from = join(root, 'image');
  mkdirSync(from);
  writeFileSync(join(from, 'file'), 'x');
  const { mountpoint } = volumes.create({ name: 'parts' });
  volumes.mount('parts', 'c1');
  const into = join(mountpoint, 'bin');
  mkdirSync(into);
  writeFileSync(join(mountpoint, 'other'), 'y');
  expect(await volumes.copyUp('parts', from, into)).toBe(true);
  expect([readdirSync(mountpoint).sort(), readdirSync(into)]).toEqual([['bin', 'other'], ['file']]);
  expect(await volumes.copyUp('parts', from, into)).toBe(false);
});

test('a tmpfs volume is there while it is used, and is filled in place', async () => {
  const from = join(root, 'image');
  mkdirSync(from);
  writeFileSync(join(from, 'file'), 'x');
  const options = { type: 'tmpfs', device: 'tmpfs', o: 'size=1m,uid=5,nosuid' };
  const { mountpoint } = volumes.create({ name: 'temp', options });
  volumes.mount('temp', 'c1');
  const entry = kernel.mounts.list().find(mount => mount.target === mountpoint);
  expect(entry).toMatchObject({ type: 'tmpfs', source: 'tmpfs' });
  expect(entry?.options).toContain('nosuid');
  expect(lstatSync(mountpoint).uid).toBe(5);
  expect(await volumes.copyUp('temp', from)).toBe(true);
  expect(readdirSync(mountpoint)).toEqual(['file']);
  volumes.unmount('temp', 'c1');
  expect(kernel.mounts.isMounted(mountpoint)).toBe(false);
  expect(readdirSync(mountpoint)).toEqual([]);
});

test('removing a bind volume leaves the folder behind it alone', async () => {
  const device = join(root, 'elsewhere');
  mkdirSync(device);
  writeFileSync(join(device, 'precious'), 'x');
  const { mountpoint } = volumes.create({ name: 'bound', options: { type: 'none', device, o: 'bind' } });
  volumes.mount('bound', 'c1');
  expect(readFileSync(join(mountpoint, 'precious'), 'utf8')).toBe('x');
  volumes.unmount('bound', 'c1');
  // As a daemon that lost count would find it.
  kernel.mounts.bind(device, mountpoint);
  await volumes.remove('bound');
  expect(readdirSync(device)).toEqual(['precious']);
  expect(readdirSync(join(root, 'volumes'))).toEqual([]);
});

test('what the kernel refuses to mount is said in its words', () => {
  const { mountpoint } = volumes.create({ name: 'bad', options: { type: 'none', device: '/nonexistent', o: 'bind' } });
  expect(() => volumes.mount('bad', 'c1')).toThrow(
    `error while mounting volume '${mountpoint}': failed to mount local volume: mount /nonexistent:${mountpoint}, options: bind: no such file or directory`,
  );
});
