// A disk that is full in the middle of a load or import: a clear error, nothing half there, and a second try that works.
import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ContentStore } from '../content/index.ts';
import { Distribution } from '../distribution/index.ts';
import { createKernel } from '../kernel/index.ts';
import { silentLogger } from '../lib/logger.ts';
import { sha256 } from '../oci/digest.ts';
import { openStore, type Store } from '../store/index.ts';
import { tarOf } from './archive/fixtures/two-platforms.ts';
import { Images } from './index.ts';

const kernel = createKernel();
afterAll(() => kernel.close());

let root: string;
let store: Store;
let content: ContentStore;
let images: Images;

function mount(size: string): void {
  const { exitCode, stderr } = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', size, 'berth-test', root]);
  if (exitCode !== 0) throw new Error(stderr.toString());
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'berth-full-'));
  mount('size=8m');
  // Records are elsewhere: what is tested is the disk of images.
  store = openStore(':memory:');
  content = new ContentStore(join(root, 'content'));
  const registries = new Distribution({}, { logger: silentLogger });
  images = new Images({ root }, { kernel, store, content, registries, logger: silentLogger });
  await images.restore({ containers: new Set() });
});
afterEach(async () => {
  await images.close();
  store.close();
  kernel.mounts.unmount(root, { lazy: true });
  rmSync(root, { recursive: true, force: true });
});

async function* once(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}

/** A docker-archive of one layer that takes so many megabytes unpacked, some of them random: those do not compress. */
function archive(megabytes: { same: number; random: number }, o: { compressed: boolean }): Buffer {
  const large = Buffer.alloc(megabytes.same * 1024 * 1024, 'seven times seven is forty-nine; ');
  const layer = tarOf({ random: randomBytes(megabytes.random * 1024 * 1024), large });
  const config = JSON.stringify({ os: 'linux', rootfs: { type: 'layers', diff_ids: [sha256(layer)] } });
  const item = { Config: 'c.json', RepoTags: ['large:1'], Layers: ['layer'] };
  const packed = o.compressed ? gzipSync(layer) : layer;
  return tarOf({ 'c.json': config, layer: packed, 'manifest.json': JSON.stringify([item]) });
}

const left = () => ({
  blobs: content.list().length,
  unfinished: readdirSync(join(root, 'content/ingest')).length,
  layers: readdirSync(join(root, 'layers')).length,
});

const cases = [
  { where: 'while it is read', random: 0, compressed: false },
  { where: 'while it is unpacked', random: 0, compressed: true },
  { where: 'while a worker unpacks it', random: 3, compressed: true },
];
for (const { where, random, compressed } of cases) {
  test(`a load that fills the disk ${where} leaves nothing, and works when there is room`, async () => {
    const bytes = archive({ same: 12 - random, random }, { compressed });
    const load = () => Array.fromAsync(images.load(once(bytes)));
    await expect(load()).rejects.toThrow(/no space left|ENOSPC/i);
    await images.close();
    expect(left()).toEqual({ blobs: 0, unfinished: 0, layers: 0 });
    expect(images.list()).toEqual([]);
    mount('remount,size=64m');
    await load();
    expect(images.get('large:1').size).toBe(12 * 1024 * 1024);
  });
}

test('an import that fills the disk leaves nothing', async () => {
  const bytes = tarOf({ large: Buffer.alloc(12 * 1024 * 1024, 'x') });
  await expect(images.import(once(bytes), { changes: {} })).rejects.toThrow(/no space left|ENOSPC/i);
  await images.close();
  expect(left()).toEqual({ blobs: 0, unfinished: 0, layers: 0 });
});
