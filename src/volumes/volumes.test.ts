// Volumes against real folders and a double of the kernel's mounts.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeKernel, type FakeKernel } from '../kernel/index.ts';
import { errorKind, errorMessage } from '../lib/errors.ts';
import { silentLogger } from '../lib/logger.ts';
import { openStore, type Store } from '../store/index.ts';
import type { CreateVolume } from './volume.ts';
import { Volumes } from './volumes.ts';

let root: string;
let kernel: FakeKernel;
let store: Store;
let volumes: Volumes;

/** A daemon's life begins. */
function open(): Volumes {
  volumes = new Volumes({ root }, { kernel, store, logger: silentLogger });
  return volumes;
}

const nobody = () => ({ users: new Map<string, Set<string>>() });
const folders = () => readdirSync(join(root, 'volumes')).sort();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'volumes-'));
  kernel = createFakeKernel();
  store = openStore(':memory:');
  open();
});

afterEach(() => {
  store.close();
  rmSync(root, { recursive: true, force: true });
});

function refusal(o: CreateVolume): string {
  try {
    volumes.create(o);
  } catch (error) {
    return `${errorKind(error)}: ${errorMessage(error)}`;
  }
  return 'made';
}

describe('create', () => {
  test('makes a folder and a record, and returns the same volume for the same name', () => {
    const volume = volumes.create({ name: 'data', labels: { a: 'b' } });
    expect(volume).toMatchObject({ name: 'data', driver: 'local', labels: { a: 'b' }, options: {}, anonymous: false });
    expect(volume.mountpoint).toBe(join(root, 'volumes/data/_data'));
    expect(volume.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(statSync(volume.mountpoint).isDirectory()).toBe(true);
    expect(volumes.create({ name: 'data', labels: { a: 'c' } })).toEqual(volume);
    expect(open().get('data')).toEqual(volume);
  });

  test('gives an anonymous volume a name of 64 hex digits', () => {
    const volume = volumes.create({});
    expect(volume.name).toMatch(/^[0-9a-f]{64}$/);
    expect(volume.anonymous).toBe(true);
  });

  test.each<[CreateVolume, string]>([
    [
      { name: 'x y' },
      'invalid: create x y: "x y" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path',
    ],
    [
      { name: 'a' },
      'invalid: create a: volume name is too short, names should be at least two alphanumeric characters',
    ],
    [{ name: 'nq', driver: 'foo' }, 'not-found: create nq: error looking up volume plugin foo: plugin "foo" not found'],
    [{ name: 'nq', options: { foo: 'bar' } }, 'invalid: create nq: invalid option: "foo"'],
    [{ name: 'nq', options: { type: 'tmpfs' } }, 'invalid: create nq: missing required option: "device"'],
    [{ name: 'nq', options: { device: '/x' } }, 'invalid: create nq: missing required option: "type"'],
    [{ name: 'nq', options: { o: 'bind' } }, 'invalid: create nq: missing required option: "device"'],
    [{ name: 'nq', options: { size: '1' } }, 'invalid: create nq: quota size requested but no quota support'],
  ])("%p is refused in Docker's words", (request, message) => {
    expect(refusal(request)).toBe(message);
    expect(volumes.list()).toEqual([]);
  });

  test('a name too long for the file system leaves no record', () => {
    expect(refusal({ name: 'a'.repeat(300) })).toContain('error while creating volume root path');
    expect(open().list()).toEqual([]);
  });
});

describe('mount', () => {
  const options = { type: 'tmpfs', device: 'tmpfs', o: 'size=1m' };

  test('mounts for the first user and unmounts after the last', () => {
    const { mountpoint } = volumes.create({ name: 'temp', options });
    expect(volumes.mount('temp', 'a')).toBe(mountpoint);
    volumes.mount('temp', 'b');
    volumes.mount('temp', 'b');
    expect(kernel.calls.filter(call => call.startsWith('mounts.mount'))).toHaveLength(1);
    volumes.unmount('temp', 'a');
    expect(kernel.mounts.isMounted(mountpoint)).toBe(true);
    expect(volumes.users('temp')).toEqual(['b']);
    volumes.unmount('temp', 'b');
    volumes.unmount('temp', 'b');
    expect(kernel.mounts.isMounted(mountpoint)).toBe(false);
  });

  test('a mount that fails says which, and counts no user', () => {
    const { mountpoint } = volumes.create({ name: 'temp', options });
    kernel.failOn('mounts.mount', new Error('no such device'), 1);
    expect(() => volumes.mount('temp', 'a')).toThrow(
      `error while mounting volume '${mountpoint}': failed to mount local volume: mount tmpfs:${mountpoint}, options: size=1m: no such device`,
    );
    expect(volumes.users('temp')).toEqual([]);
  });

  test('after a restart running users keep it, what nobody uses is unmounted', async () => {
    const [used, idle] = ['used', 'idle'].map(name => volumes.create({ name, options }).mountpoint);
    volumes.mount('used', 'a');
    volumes.mount('idle', 'b');
    await open().restore({ users: new Map([['used', new Set(['a'])]]) });
    expect([used, idle].map(path => kernel.mounts.isMounted(path ?? ''))).toEqual([true, false]);
    expect(volumes.users('used')).toEqual(['a']);
  });
});

describe('remove', () => {
  test('takes files and record away, and refuses while mounted', async () => {
    volumes.create({ name: 'data' });
    volumes.mount('data', 'c1');
    const error = await volumes.remove('data').catch(error => error);
    expect([errorKind(error), errorMessage(error)]).toEqual(['conflict', 'remove data: volume is in use - [c1]']);
    volumes.unmount('data', 'c1');
    await volumes.remove('data');
    expect(folders()).toEqual([]);
    expect(() => volumes.get('data')).toThrow('get data: no such volume');
    await volumes.remove('data', { force: true });
    expect(errorKind(await volumes.remove('data').catch(error => error))).toBe('not-found');
  });

  test('one that was interrupted is finished by restore', async () => {
    volumes.create({ name: 'data' });
    mkdirSync(join(root, 'volumes/.removing.0123abcdold/_data'), { recursive: true });
    rmSync(join(root, 'volumes/data'), { recursive: true });
    mkdirSync(join(root, 'volumes/.removing.0123abcddata/_data'), { recursive: true });
    await open().restore(nobody());
    expect(folders()).toEqual([]);
    expect(open().list()).toEqual([]);
  });
});

describe('restore', () => {
  test('makes folders that are missing, removes half-made copies, takes in files without a record', async () => {
    const { mountpoint } = volumes.create({ name: 'data' });
    rmSync(mountpoint, { recursive: true });
    mkdirSync(join(root, 'volumes/data/.copy-up.0123abcd/sub'), { recursive: true });
    mkdirSync(join(root, 'volumes/lost/_data'), { recursive: true });
    await open().restore(nobody());
    expect(readdirSync(join(root, 'volumes/data'))).toEqual(['_data']);
    expect(volumes.list().map(({ name }) => name)).toEqual(['data', 'lost']);
    expect(open().get('lost').mountpoint).toBe(join(root, 'volumes/lost/_data'));
  });
});

describe('copy-up', () => {
  test("fills an empty volume once and gives it the folder's mode", async () => {
    const from = join(root, 'image');
    mkdirSync(from);
    chmodSync(from, 0o1777);
    writeFileSync(join(from, 'file'), 'x');
    const { mountpoint } = volumes.create({ name: 'data' });
    volumes.mount('data', 'c1');
    expect(await volumes.copyUp('data', from)).toBe(true);
    expect(readdirSync(mountpoint)).toEqual(['file']);
    expect(statSync(mountpoint).mode & 0o7777).toBe(0o1777);
    writeFileSync(join(from, 'second'), 'x');
    expect(await volumes.copyUp('data', from)).toBe(false);
    expect(existsSync(join(mountpoint, 'second'))).toBe(false);
    expect(readdirSync(join(root, 'volumes/data'))).toEqual(['_data']);
  });

  test('keeps the folder itself when another container has it mounted', async () => {
    const from = join(root, 'image');
    mkdirSync(join(from, 'sub'), { recursive: true });
    const { mountpoint } = volumes.create({ name: 'data' });
    const before = statSync(mountpoint).ino;
    volumes.mount('data', 'c1');
    volumes.mount('data', 'c2');
    expect(await Promise.all([volumes.copyUp('data', from), volumes.copyUp('data', from)])).toEqual([true, false]);
    expect(statSync(mountpoint).ino).toBe(before);
    expect(readdirSync(mountpoint)).toEqual(['sub']);
  });

  test('from an empty folder only the mode is taken over, from none nothing', async () => {
    const from = join(root, 'image');
    const { mountpoint } = volumes.create({ name: 'data' });
    expect(await volumes.copyUp('data', from)).toBe(false);
    mkdirSync(from);
    chmodSync(from, 0o700);
    expect(await volumes.copyUp('data', from)).toBe(false);
    expect(statSync(mountpoint).mode & 0o7777).toBe(0o700);
  });
});
