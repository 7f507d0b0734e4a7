// The whole room on a real kernel: archives in, names, containers' layers, removal, crashes.
import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ContentStore } from '../content/index.ts';
import { Distribution } from '../distribution/index.ts';
import { createKernel } from '../kernel/index.ts';
import { silentLogger } from '../lib/logger.ts';
import { encodeTarMember, tarEnd } from '../lib/tar/writer.ts';
import { mediaTypes } from '../oci/descriptor.ts';
import { type Digest, sha256 } from '../oci/digest.ts';
import { openStore, type Store } from '../store/index.ts';
import { tarOf, twoPlatforms } from './archive/fixtures/two-platforms.ts';
import { type Image, Images, type LoadEvent } from './index.ts';

const kernel = createKernel();
afterAll(() => kernel.close());

let root: string;
let store: Store;
let content: ContentStore;
let images: Images;

async function open(containers: string[] = []): Promise<void> {
  store = openStore(join(root, 'berth.db'));
  content = new ContentStore(join(root, 'content'));
  const platform = { os: 'linux', architecture: 'amd64' };
  const registries = new Distribution({}, { logger: silentLogger });
  images = new Images({ root, platform }, { kernel, store, content, registries, logger: silentLogger });
  await images.restore({ containers: new Set(containers) });
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'berth-images-'));
  await open();
});
afterEach(async () => {
  await images.close();
  store.close();
  for (const { target } of kernel.mounts.list())
    if (target.startsWith(root)) kernel.mounts.unmount(target, { lazy: true });
  rmSync(root, { recursive: true, force: true });
});

const fixture = join(import.meta.dir, 'archive/fixtures/docker-28-save.tar.zst');
const baseId = 'sha256:45d9c7f0821a77640f340a384ac67ac6e8da6ac8abd20a3510795def0d71b32c';
const topId = 'sha256:7aa7bb36c3ff1cb5a39d13d35342344ac61776b6a907cd6605eacf8ec3f6e285';

async function* once(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 4000) yield bytes.subarray(at, at + 4000);
}
const load = async (source: AsyncIterable<Uint8Array>) => Array.fromAsync<LoadEvent>(images.load(source));
const loadFixture = () => load(createReadStream(fixture));
const importTar = (files: Record<string, string>, reference?: string) =>
  images.import(once(tarOf(files)), { changes: {}, ...(reference === undefined ? {} : { reference }) });
const named = (events: LoadEvent[]) =>
  events.flatMap(event => (event.kind === 'image' ? [event.reference ?? event.image.id] : []));
const nobody = () => [];
const onDisk = () => ({
  blobs: content.list().length,
  layers: readdirSync(join(root, 'layers')).length,
  containers: readdirSync(join(root, 'rw')).length - 1,
  unfinished: readdirSync(join(root, 'content/ingest')).length,
});

test("what Docker saved comes in as Docker's own images", async () => {
  const events = await loadFixture();
  expect(named(events)).toEqual(['berth-fixture:base', 'berth-fixture:v1', 'example.org:5000/other/name:tag']);
  const top = images.get('berth-fixture:v1');
  expect(top).toMatchObject({ id: topId as Digest, size: 85, parent: baseId as Digest, comment: 'second layer' });
  expect(top.tags).toEqual(['berth-fixture:v1', 'example.org:5000/other/name:tag']);
  expect(images.get('berth-fixture:base')).toMatchObject({ id: baseId as Digest, size: 49 });
  expect(images.history('berth-fixture:v1').map(row => [row.id, row.size, row.comment])).toEqual([
    [topId as Digest, 36, 'second layer'],
    [baseId as Digest, 49, 'made for a test'],
  ]);
  expect(events.filter(event => event.kind === 'progress')).toHaveLength(4);
  expect(await loadFixture()).toHaveLength(3);
});

test('a container sees the layers merged, and writes to its own', async () => {
  await loadFixture();
  images.createContainerLayer('c1', images.get('berth-fixture:v1').id);
  images.createContainerLayer('c2', images.get('berth-fixture:v1').id);
  const merged = images.mountRootfs('c1');
  expect(images.mountRootfs('c1')).toBe(merged);
  expect(readdirSync(join(merged, 'data'))).toEqual(['sub']);
  expect(readdirSync(join(merged, 'data/sub'))).toEqual([]);
  expect(readdirSync(join(merged, 'replaced'))).toEqual(['new']);
  expect(readFileSync(join(merged, 'etc/passwd'), 'utf8')).toEndWith('x\n');
  expect(lstatSync(join(merged, 'data'))).toMatchObject({ uid: 1000, gid: 1000 });
  expect(lstatSync(join(merged, 'bin/hello'))).toMatchObject({ mode: 0o104755, nlink: 2 });
  writeFileSync(join(merged, 'mine'), 'x');
  expect(existsSync(join(images.mountRootfs('c2'), 'mine'))).toBe(false);
  expect(readFileSync(join(images.containerLayer('c1')?.upper ?? '', 'mine'), 'utf8')).toBe('x');
  images.unmountRootfs('c1');
  images.unmountRootfs('c1');
  expect(kernel.mounts.isMounted(merged)).toBe(false);
  expect(existsSync(join(images.mountRootfs('c1'), 'mine'))).toBe(true);
  expect(images.containerLayers()).toEqual(['c1', 'c2']);
  await images.removeContainerLayer('c1');
  await images.removeContainerLayer('c1');
  await images.removeContainerLayer('c2');
  await images.close();
  expect(images.containerLayer('c1')).toBeUndefined();
  expect(onDisk()).toMatchObject({ containers: 0, layers: 2 });
  expect(() => images.mountRootfs('c1')).toThrow('no layer');
});

test('a container without an image stands on nothing', () => {
  images.createContainerLayer('c', undefined);
  expect(readdirSync(images.mountRootfs('c')).sort()).toEqual(['.dockerenv', 'dev', 'etc', 'proc', 'sys']);
  expect(() => images.createContainerLayer('c', undefined)).toThrow('already');
});

test('an import becomes one layer with the changes given', async () => {
  const image = await images.import(once(gzipSync(tarOf({ 'a/b': 'hello' }))), {
    reference: 'made:1',
    changes: { Cmd: ['x'] },
    message: 'by hand',
  });
  expect(image).toMatchObject({ tags: ['made:1'], size: 5, comment: 'by hand' });
  expect(image.layers[0]?.mediaType).toBe(mediaTypes.ociLayerGzip);
  expect(image.config).toMatchObject({ os: 'linux', config: { Cmd: ['x'] }, history: [{ comment: 'by hand' }] });
  expect(images.find('made:1')?.id).toBe(image.id);
  await expect(importTar({}, 'x@sha256:'.padEnd(73, 'a'))).rejects.toThrow('cannot import digest reference');
  await expect(importTar({}, 'Upper')).rejects.toThrow('must be lowercase');
});

test('a bad import or load leaves nothing', async () => {
  const before = onDisk();
  const bad = [
    tarOf({ a: 'x'.repeat(5000) }).subarray(0, 3000),
    Buffer.from('no archive'),
    gzipSync(tarOf({ a: 'x' })).subarray(0, 20),
  ];
  for (const bytes of bad) {
    await expect(images.import(once(bytes), { changes: {} })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(load(once(bytes))).rejects.toMatchObject({ kind: 'invalid' });
  }
  const cut = readFileSync(fixture).subarray(0, 2000);
  await expect(load(once(cut))).rejects.toMatchObject({ kind: 'invalid' });
  const aborted = { signal: AbortSignal.abort() };
  await expect(images.import(once(tarOf({})), { changes: {}, ...aborted })).rejects.toMatchObject({
    kind: 'cancelled',
  });
  await images.close();
  expect(onDisk()).toEqual(before);
  expect(images.list()).toEqual([]);
});

test('names move, and images stay without', async () => {
  const first = await importTar({ a: '1' }, 'x');
  const second = await importTar({ a: '2' }, 'x:latest');
  expect(images.get('x').id).toBe(second.id);
  expect(images.get(first.id).tags).toEqual([]);
  images.tag(first.id.slice(7, 17), 'y:1');
  images.tag('y:1', 'registry.example/y:2');
  expect(images.get('registry.example/y:2').tags).toEqual(['y:1', 'registry.example/y:2']);
  // A load of a name is no tagging, as with Docker.
  expect(images.get('y:1').lastTagged).toBeDefined();
  await loadFixture();
  expect(images.get('berth-fixture:v1').lastTagged).toBeUndefined();
  expect(images.find('nothing')).toBeUndefined();
  expect(() => images.get('nothing')).toThrow('No such image: nothing:latest');
  expect(() => images.get('sha256:abc')).toThrow('No such image: sha256:abc');
  expect(() => images.get('a b')).toThrow('invalid reference format');
  expect(() => images.tag('x', 'sha256:1')).toThrow(
    'refusing to create an ambiguous tag using digest algorithm as name',
  );
});

test('loading a name that another image has says so', async () => {
  const old = await importTar({ a: '1' }, 'berth-fixture:v1');
  const events = await loadFixture();
  expect(events).toContainEqual({ kind: 'renamed', reference: 'berth-fixture:v1', previous: old.id });
});

test('a removed image takes along what nobody else needs', async () => {
  await loadFixture();
  const [top, base] = [images.get('berth-fixture:v1'), images.get('berth-fixture:base')];
  const remove = (reference: string, force = false) => images.remove(reference, { force, prune: true, inUse: nobody });
  expect(await remove('berth-fixture:v1')).toEqual([{ Untagged: 'berth-fixture:v1' }]);
  expect(await remove('example.org:5000/other/name:tag')).toEqual([
    { Untagged: 'example.org:5000/other/name:tag' },
    { Deleted: top.id },
    { Deleted: top.chainIds[1] as Digest },
  ]);
  await images.close();
  expect(onDisk()).toMatchObject({ blobs: 3, layers: 1 });
  expect(await remove(base.id.slice(7, 19))).toEqual([
    { Untagged: 'berth-fixture:base' },
    { Deleted: base.id },
    { Deleted: base.chainIds[0] as Digest },
  ]);
  await images.close();
  expect(onDisk()).toMatchObject({ blobs: 0, layers: 0, unfinished: 0 });
  await expect(remove('berth-fixture:v1')).rejects.toMatchObject({ kind: 'not-found' });
});

test('layers stay while a container stands on them', async () => {
  const image = await importTar({ a: '1' }, 'x');
  images.createContainerLayer('c', image.id);
  const inUse = () => [{ id: 'c', running: false }];
  await expect(images.remove('x', { force: false, prune: true, inUse })).rejects.toMatchObject({ kind: 'conflict' });
  expect(await images.remove('x', { force: true, prune: true, inUse })).toEqual([
    { Untagged: 'x:latest' },
    { Deleted: image.id },
  ]);
  expect(readFileSync(join(images.mountRootfs('c'), 'a'), 'utf8')).toBe('1');
  await images.removeContainerLayer('c');
  await images.close();
  expect(onDisk()).toEqual({ blobs: 0, layers: 0, containers: 0, unfinished: 0 });
});

test('the same layer is extracted once, however many ask', async () => {
  const loads = await Promise.all([loadFixture(), loadFixture(), loadFixture(), importTar({ z: '1' })]);
  expect(loads.slice(0, 3).map(events => named(events as LoadEvent[]).length)).toEqual([3, 3, 3]);
  await images.close();
  expect(onDisk()).toMatchObject({ layers: 3, blobs: 8, unfinished: 0 });
});

test('a removal during a load takes nothing the load has found', async () => {
  await loadFixture();
  const loading = images.load(createReadStream(fixture));
  await loading.next();
  for (const id of [topId, baseId]) await images.remove(id, { force: true, prune: false, inUse: nobody });
  await Array.fromAsync(loading);
  images.createContainerLayer('c', images.get('berth-fixture:v1').id);
  expect(readdirSync(images.mountRootfs('c'))).toContain('replaced');
});

test('after a crash, what no record owns is removed and mounts of known containers stay', async () => {
  await loadFixture();
  for (const id of ['known', 'unknown']) {
    images.createContainerLayer(id, images.get('berth-fixture:v1').id);
    images.mountRootfs(id);
  }
  const known = images.mountRootfs('known');
  writeFileSync(join(known, 'file'), 'x');
  const litter = ['layers/new-7', 'layers/99', 'rw/77/merged', 'rw/removed-3/upper'];
  for (const path of litter) mkdirSync(join(root, path, 'deep'), { recursive: true });
  writeFileSync(join(root, 'content/ingest/half'), 'x');
  await content.put(Buffer.from('an orphan'));
  await images.close();
  store.close();
  await open(['known']);
  await images.close();
  expect(onDisk()).toEqual({ blobs: 6, layers: 2, containers: 1, unfinished: 0 });
  expect(readFileSync(join(known, 'file'), 'utf8')).toBe('x');
  expect(images.mountRootfs('known')).toBe(known);
  expect(kernel.mounts.list().filter(({ target }) => target.startsWith(root))).toHaveLength(1);
  expect(images.containerLayers()).toEqual(['known']);
  expect(
    images
      .list()
      .map(image => image.id)
      .sort(),
  ).toEqual([baseId, topId].sort() as Digest[]);
});

test('an image whose configuration is gone is dropped at the next start', async () => {
  await loadFixture();
  const { id } = images.get('berth-fixture:v1');
  rmSync(content.path(id));
  await images.close();
  store.close();
  await open();
  expect(images.find('berth-fixture:v1')).toBeUndefined();
  expect(images.list().map((image: Image) => image.id)).toEqual([baseId]);
});

test('documents of an OCI layout are held against their digests, whatever the algorithm', async () => {
  const files = twoPlatforms();
  const [entry] = JSON.parse(String(files['index.json'])).manifests;
  const bytes = Buffer.from(files[`blobs/${entry.digest.replace(':', '/')}`] ?? '');
  const named = (hex: string) => {
    const manifests = [{ ...entry, digest: `sha512:${hex}` }];
    return { ...files, [`blobs/sha512/${hex}`]: bytes, 'index.json': JSON.stringify({ schemaVersion: 2, manifests }) };
  };
  const wrong = '0'.repeat(128);
  await expect(load(once(tarOf(named(wrong))))).rejects.toThrow(`sha512:${wrong} has digest sha512:`);
  await load(once(tarOf(named(createHash('sha512').update(bytes).digest('hex')))));
  expect(images.get('layout:7').config.architecture).toBe('amd64');
});

test('of an OCI layout the image for this machine stands for the others, which go with it', async () => {
  expect(named(await load(once(gzipSync(tarOf(twoPlatforms())))))).toEqual(['layout:7']);
  expect(images.get('layout:7').config.architecture).toBe('amd64');
  images.createContainerLayer('c', images.get('layout:7').id);
  expect(readdirSync(images.mountRootfs('c'))).toContain('amd64');
  await images.removeContainerLayer('c');
  const all = images.platforms('layout:7');
  expect(all.map(({ config }) => config.architecture)).toEqual(['amd64', 'arm64']);
  expect(images.list()).toHaveLength(1);
  const arm = { os: 'linux', architecture: 'arm64' };
  expect(images.get('layout:7', arm).id).toBe(all[1]?.id as Digest);
  expect(() => images.get('layout:7', { os: 'linux', architecture: 's390x' })).toThrow(
    'image with reference layout:7 was found but its platform (linux/amd64) does not match the specified platform (linux/s390x)',
  );
  const { sources } = images.get('layout:7', arm);
  expect(sources[0]?.manifest.platform).toMatchObject(arm);
  expect(content.has(sources[0]?.index?.digest as Digest)).toBe(true);
  const manifests = await images.manifests('layout:7');
  expect(manifests.map(({ kind, available, image }) => [kind, available, image?.config.architecture])).toEqual([
    ['image', true, 'arm64'],
    ['image', true, 'amd64'],
    ['attestation', false, undefined],
  ]);
  const removed = await images.remove('layout:7', { force: false, prune: true, inUse: nobody });
  expect(removed.filter(step => 'Deleted' in step)).toHaveLength(4);
  await images.close();
  expect(onDisk()).toMatchObject({ blobs: 0, layers: 0 });
});

test('platforms of an image that come one by one stay together', async () => {
  const only = (architecture: string) => ({ platforms: [{ os: 'linux', architecture }] });
  const from = (o: ReturnType<typeof only>) => Array.fromAsync(images.load(once(tarOf(twoPlatforms())), o));
  await from(only('amd64'));
  expect((await from(only('arm64'))).map(({ kind }) => kind)).not.toContain('renamed');
  expect(images.platforms('layout:7').map(({ config }) => config.architecture)).toEqual(['arm64', 'amd64']);
  expect(images.list()).toHaveLength(1);
});

test('one platform of an image can be removed, and another takes over what it stood for', async () => {
  await load(once(tarOf(twoPlatforms())));
  const arm = { os: 'linux', architecture: 'arm64' };
  const amd = { os: 'linux', architecture: 'amd64' };
  const [first, second] = images.platforms('layout:7').map(({ id }) => id) as [Digest, Digest];
  const o = { force: false, prune: true, inUse: nobody };
  expect(await images.removePlatforms('layout:7', { ...o, platforms: [amd] })).toContainEqual({ Deleted: first });
  expect(images.get('layout:7').id).toBe(second);
  expect(images.list().map(({ id }) => id)).toEqual([second]);
  await expect(images.removePlatforms('layout:7', { ...o, platforms: [amd] })).rejects.toThrow('does not match');
  const used = { ...o, platforms: [arm], inUse: () => [{ id: 'c'.repeat(64), running: true }] };
  await expect(images.removePlatforms('layout:7', used)).rejects.toMatchObject({ kind: 'conflict' });
  await images.removePlatforms('layout:7', { ...o, platforms: [arm] });
  expect(images.list()).toEqual([]);
  await images.close();
  expect(onDisk()).toMatchObject({ blobs: 0, layers: 0 });
});

test('an archive that lacks something says what', async () => {
  await expect(load(once(tarOf({ a: 'b' })))).rejects.toThrow('invalid archive: does not contain a manifest.json');
  const riscv = { platforms: [{ os: 'linux', architecture: 'riscv64' }] };
  await expect(Array.fromAsync(images.load(once(tarOf(twoPlatforms())), riscv))).rejects.toThrow(
    'no image for platform linux/riscv64',
  );
  const amd64 = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } });
  const single = tarOf({ 'manifest.json': '[{"Config":"c.json","RepoTags":["x:1"],"Layers":[]}]', 'c.json': amd64 });
  await expect(Array.fromAsync(images.load(once(single), riscv))).rejects.toThrow(
    'no image for platform linux/riscv64',
  );
  await expect(load(once(tarOf(twoPlatforms({ without: '"rootfs"' }))))).rejects.toThrow('image config blobs/sha256/');
  const item = { Config: 'c.json', RepoTags: ['x:1'], Layers: ['l/layer.tar'] };
  const manifest = JSON.stringify([item]);
  await expect(load(once(tarOf({ 'manifest.json': manifest })))).rejects.toThrow('image config c.json is missing');
  await expect(load(once(tarOf({ 'manifest.json': manifest, 'c.json': '{}' })))).rejects.toThrow(
    'layer l/layer.tar is missing',
  );
  const wrong = { 'manifest.json': manifest, 'l/layer.tar': tarOf({}) };
  const config = (diffIds: string[]) => JSON.stringify({ rootfs: { type: 'layers', diff_ids: diffIds } });
  await expect(load(once(tarOf({ ...wrong, 'c.json': config([]) })))).rejects.toThrow(
    'layers length mismatch: expected 0, got 1',
  );
  await expect(load(once(tarOf({ ...wrong, 'c.json': config([sha256('other')]) })))).rejects.toThrow("don't match");
});

test('old archives: layers shared by links, and only `repositories`', async () => {
  const layer = tarOf({ file: 'old' });
  const config = JSON.stringify({ os: 'linux', rootfs: { type: 'layers', diff_ids: [sha256(layer)] } });
  const items = ['one', 'two'].map(name => ({
    Config: 'c.json',
    RepoTags: [`${name}:1`],
    Layers: [`${name}/layer.tar`],
  }));
  const linked = Buffer.concat([
    encodeTarMember({ type: 'file', name: 'c.json' }, Buffer.from(config)),
    encodeTarMember({ type: 'file', name: 'one/layer.tar' }, layer),
    encodeTarMember({ type: 'symlink', name: 'two/layer.tar', linkName: '../one/layer.tar' }),
    encodeTarMember({ type: 'file', name: 'manifest.json' }, Buffer.from(JSON.stringify(items))),
    tarEnd(),
  ]);
  expect(named(await load(once(linked)))).toEqual(['one:1', 'two:1']);
  const legacy = tarOf({
    repositories: JSON.stringify({ older: { '1': 'top' } }),
    'top/json': JSON.stringify({ parent: 'bottom', config: { Cmd: ['x'] }, os: 'linux' }),
    'top/layer.tar': tarOf({ top: '' }),
    'bottom/json': '{}',
    'bottom/layer.tar': gzipSync(layer),
  });
  expect(named(await load(once(legacy)))).toEqual(['older:1']);
  expect(images.get('older:1')).toMatchObject({ diffIds: [sha256(layer), sha256(tarOf({ top: '' }))] });
});
