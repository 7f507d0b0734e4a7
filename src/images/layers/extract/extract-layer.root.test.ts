// Layers that are worth a worker: extracted as in place, cut off, cancelled, and left by a worker that dies. Needs root.
import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createKernel } from '../../../kernel/index.ts';
import { encodeTarMember, tarEnd } from '../../../lib/tar/writer.ts';
import { sha256 } from '../../../oci/digest.ts';
import { LayerWorkers } from '../../workers/layer-workers.ts';
import { extractLayer } from './extract-layer.ts';

const kernel = createKernel();
const workers = new LayerWorkers();
const alive = setInterval(() => {}, 1000);
afterAll(() => {
  clearInterval(alive);
  workers.close();
  kernel.close();
});

let base: string;
let target: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'berth-extract-'));
  target = join(base, 'target');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const content = randomBytes(3 * 1024 * 1024);
const name = 'd/\udcff file';
const tar = Buffer.concat([
  encodeTarMember({ type: 'file', name, mode: 0o4755, uid: 7, gid: 8, mtime: 1_600_000_000 }, content),
  encodeTarMember({ type: 'symlink', name: 'link', linkName: '/etc/passwd' }),
  tarEnd(),
]);
const layer = gzipSync(tar, { level: 1 });

async function extract(
  bytes: Buffer,
  o: { sizes?: AsyncIterable<number>; signal?: AbortSignal; by?: LayerWorkers } = {},
) {
  writeFileSync(join(base, 'blob'), bytes);
  const file = await open(join(base, 'blob'));
  const all = (async function* () {
    yield bytes.length;
  })();
  const read: number[] = [];
  const archive = {
    bytes: { file, sizes: o.sizes ?? all },
    size: layer.length,
    trustedDiffId: undefined,
    onRead: (count: number) => read.push(count),
  };
  const deps = { workers: o.by ?? workers, files: kernel.files, signal: o.signal };
  const applied = await extractLayer(archive, target, deps);
  return { ...applied, read: read.reduce((sum, count) => sum + count, 0) };
}

test('a worker makes of a layer what is in it, while its bytes come', async () => {
  async function* slowly() {
    for (let size = 100_000; size < layer.length; size += 400_000) {
      yield size;
      await Bun.sleep(1);
    }
    yield layer.length;
  }
  const applied = await extract(layer, { sizes: slowly() });
  expect(applied).toEqual({
    diffId: sha256(tar),
    size: content.length + '/etc/passwd'.length,
    implied: ['', 'd'],
    skipped: [],
    read: layer.length,
  });
  expect(statSync(target).mode & 0o7777).toBe(0o755);
  const path = Buffer.concat([Buffer.from(join(target, 'd/')), Buffer.from([0xff]), Buffer.from(' file')]);
  expect(statSync(path)).toMatchObject({ mode: 0o104755, uid: 7, gid: 8, mtimeMs: 1_600_000_000_000 });
  expect(readFileSync(path).equals(content)).toBe(true);
  expect(readdirSync(base).sort()).toEqual(['blob', 'target']);
});

test('what is damaged or cut off is refused as in place', async () => {
  const damaged = Buffer.from(layer);
  damaged.fill(0xaa, 2_000_000, 2_000_100);
  for (const bytes of [damaged, layer.subarray(0, 2_500_000), Buffer.alloc(layer.length, 'no archive')]) {
    const error = await extract(bytes).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'invalid' });
    rmSync(target, { recursive: true, force: true });
  }
});

test('whoever gives up waits until the worker has stopped', async () => {
  const stop = new AbortController();
  const never = new Promise<void>(() => {});
  async function* stuck() {
    yield 1_000_000;
    await never;
  }
  const extracting = extract(layer, { sizes: stuck(), signal: stop.signal }).catch((thrown: unknown) => thrown);
  while (!existsSync(target)) await Bun.sleep(1);
  stop.abort();
  expect(await extracting).toMatchObject({ kind: 'cancelled' });
  rmSync(target, { recursive: true });
  expect(await extract(layer)).toMatchObject({ diffId: sha256(tar) });
  expect(await extract(layer, { signal: stop.signal }).catch((thrown: unknown) => thrown)).toMatchObject({
    kind: 'cancelled',
  });
});

test('why no more bytes will come is why it fails', async () => {
  async function* broken() {
    yield 1_000_000;
    throw new Error('connection reset');
  }
  expect(await extract(layer, { sizes: broken() }).catch(String)).toContain('connection reset');
});

test('a target that is there already is not written into', async () => {
  mkdirSync(target);
  expect(await extract(layer).catch(String)).toContain('already exists');
  expect(readdirSync(target)).toEqual([]);
});

test('a worker that dies fails what it had, and the next job gets another', async () => {
  const source = URL.createObjectURL(new Blob(['self.onmessage = () => { throw new Error("bad luck"); }']));
  let started = 0;
  const mortal = new LayerWorkers({ size: 1, start: () => (started++ === 0 ? new Worker(source) : healthy()) });
  const error = await extract(layer, { by: mortal }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ kind: 'system', message: expect.stringContaining('bad luck') });
  expect(await extract(layer, { by: mortal })).toMatchObject({ diffId: sha256(tar) });
  expect(started).toBe(2);
  mortal.close();
});

const healthy = () => new Worker(new URL('../../workers/layer-worker.ts', import.meta.url));
