// What a power cut would leave, made by hand: marks of another boot, and layers without some of their files.
import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test';
import { createReadStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../test/support/eventually.ts';
import { ContentStore } from '../../content/index.ts';
import { Distribution } from '../../distribution/index.ts';
import { createKernel } from '../../kernel/index.ts';
import { silentLogger } from '../../lib/logger.ts';
import { openStore, type Store } from '../../store/index.ts';
import { Images } from '../index.ts';
import type { LayerRecord } from './layer-record.ts';

const real = createKernel();
afterAll(() => real.close());

let root: string;
let store: Store;
let content: ContentStore;
let images: Images;

type Sync = (path: string) => Promise<void>;
const synced: Sync = path => real.files.syncFileSystem(path);
const noPower: Sync = async () => Promise.reject(new Error('no power'));

/** A disk that takes nothing until it is told to. */
function heldUp(): { syncFileSystem: Sync; goOn: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { syncFileSystem: path => promise.then(() => synced(path)), goOn: resolve };
}

/** A process after `boot`. */
async function open(boot: string, syncFileSystem = synced): Promise<void> {
  store = openStore(join(root, 'berth.db'));
  content = new ContentStore(join(root, 'content'));
  const files = new Proxy(real.files, {
    get: (target, key) => (key === 'syncFileSystem' ? syncFileSystem : Reflect.get(target, key).bind(target)),
  });
  const kernel = { mounts: real.mounts, files, host: { ...real.host, bootId: () => boot } };
  const registries = new Distribution({}, { logger: silentLogger });
  images = new Images({ root }, { kernel, store, content, registries, logger: silentLogger });
  await images.restore({ containers: new Set() });
}
async function close(): Promise<void> {
  await images.close();
  store.close();
}
const records = () => store.collection<LayerRecord>('layers').list();
const marks = () => records().flatMap(({ value }) => value.unsynced ?? []);
const load = async () => {
  const fixture = join(import.meta.dir, '../archive/fixtures/docker-28-save.tar.zst');
  await Array.fromAsync(images.load(createReadStream(fixture)));
};
const fileOf = (number: number) => join(root, 'layers', String(number), 'bin/hello');
const bottom = () => records().find(({ value }) => value.parent === undefined)?.value.number ?? 0;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-sync-'));
});
afterEach(async () => {
  await close();
  rmSync(root, { recursive: true, force: true });
});

test('a layer is marked until it is on the disk', async () => {
  const disk = heldUp();
  await open('first', disk.syncFileSystem);
  await load();
  const before = marks();
  disk.goOn();
  expect(before).toEqual(['first', 'first']);
  await eventually('the marks are gone', () => marks().length === 0);
});

test('a process that dies loses nothing: its marks are taken over', async () => {
  await open('first', noPower);
  await load();
  await close();
  const disk = heldUp();
  await open('first', disk.syncFileSystem);
  const before = marks();
  disk.goOn();
  expect(before).toEqual(['first', 'first']);
  await eventually('the marks are gone', () => marks().length === 0);
});

test('after a power cut a doubtful layer is extracted again, and nothing of the old one stays', async () => {
  await open('first', noPower);
  await load();
  const broken = fileOf(bottom());
  const before = readFileSync(broken);
  writeFileSync(broken, '');
  await close();
  await open('second');
  expect(readFileSync(fileOf(bottom()))).toEqual(before);
  expect(images.get('berth-fixture:v1').size).toBe(85);
  await images.close();
  expect(existsSync(broken)).toBe(false);
  expect(readdirSync(join(root, 'layers'))).toHaveLength(2);
});

test('what cannot be extracted again goes, with the images that stand on it', async () => {
  await open('first', noPower);
  await load();
  for (const { digest } of images.get('berth-fixture:base').layers) rmSync(content.path(digest));
  await close();
  await open('second');
  expect(images.list()).toEqual([]);
  await images.close();
  expect(readdirSync(join(root, 'layers'))).toEqual([]);
});
