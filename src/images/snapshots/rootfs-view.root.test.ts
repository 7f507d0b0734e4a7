// Views of container file systems on the real kernel: what they show, what they keep in, what they leave. Needs root.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createKernel, type Kernel } from '../../kernel/index.ts';
import { silentLogger } from '../../lib/logger.ts';
import { TarReader } from '../../lib/tar/reader.ts';
import { encodeTarMember, tarEnd } from '../../lib/tar/writer.ts';
import { openStore, type Store } from '../../store/index.ts';
import { ContainerLayers } from './container-layers.ts';
import { RootfsViews } from './rootfs-views.ts';

let root: string;
let kernel: Kernel;
let store: Store;
let layers: ContainerLayers;
let views: RootfsViews;

beforeEach(() => {
  root = mkdtempSync('/tmp/berth-view-');
  kernel = createKernel();
  store = openStore(':memory:');
  const path = () => '';
  layers = new ContainerLayers(join(root, 'rw'), { kernel, store, layers: { path }, logger: silentLogger });
  views = new RootfsViews(join(root, 'views'), { kernel, containerLayers: layers });
  layers.create('c', []);
  for (const name of ['host', 'host/sub']) mkdirSync(join(root, name));
  writeFileSync(join(root, 'host/file'), 'of the host');
});

afterEach(async () => {
  layers.restore(new Set());
  await layers.settled();
  store.close();
  const left = kernel.mounts.list().filter(({ target }) => target.startsWith(root));
  for (const { target } of left) kernel.mounts.unmount(target, { lazy: true });
  kernel.close();
  expect(left).toEqual([]);
  rmSync(root, { recursive: true });
});

const bind = (destination: string, o: { source?: string; readonly?: boolean } = {}) => ({
  source: join(root, o.source ?? 'host'),
  destination,
  readonly: o.readonly ?? false,
  recursive: true,
});

async function names(stream: AsyncIterable<Buffer>): Promise<string[]> {
  const reader = new TarReader();
  const found: string[] = [];
  for await (const chunk of stream) {
    reader.feed(chunk);
    for (let event = reader.next(); event; event = reader.next())
      if (event.kind === 'entry') found.push(event.entry.name);
  }
  return found;
}

async function* tar(...members: Buffer[]): AsyncGenerator<Buffer> {
  yield Buffer.concat([...members, tarEnd()]);
}

test('a view shows the root with what is mounted, and leaves nothing', async () => {
  const view = views.open('c');
  view.mount(bind('/data/deep'), true);
  view.mount(bind('/etc/hosts', { source: 'host/file' }), true);
  expect(await names(view.archive('/data'))).toEqual(['data/', 'data/deep/', 'data/deep/file', 'data/deep/sub/']);
  expect(await names(view.archive('/data/deep/.'))).toEqual(['./', './file', './sub/']);
  expect(await names(view.archive('/etc/hosts'))).toEqual(['hosts']);
  expect(Number(view.stat('/etc/hosts').stats.size)).toBe(11);
  expect(await names(views.open('c').export())).not.toContain('data/deep/file');
  view.close();
  view.close();
  views.restore();
  expect(readdirSync(join(root, 'views'))).toEqual([]);
  expect(readFileSync(join(root, 'host/file'), 'utf8')).toBe('of the host');
});

test('what the container mounted stays mounted, and the other way round', () => {
  layers.mount('c');
  views.open('c').close();
  const isMounted = () => kernel.mounts.isMounted(layers.find('c')?.merged ?? '');
  expect(isMounted()).toBe(true);
  const view = views.open('c');
  layers.unmount('c');
  expect(isMounted()).toBe(true);
  view.close();
  expect(isMounted()).toBe(false);
  const again = views.open('c');
  layers.mount('c');
  again.close();
  expect(isMounted()).toBe(true);
});

test('nothing is written outside, and not into what is read-only', async () => {
  using view = views.open('c');
  const { merged } = layers.find('c') as { merged: string };
  symlinkSync(join(root, 'host'), join(merged, 'absolute'));
  symlinkSync('../../../../../../../..', join(merged, 'up'));
  view.mount(bind('/ro', { readonly: true }), true);
  const file = encodeTarMember({ type: 'file', name: 'written', uid: 7, gid: 8, mode: 0o4750 }, Buffer.from('x'));
  const through = encodeTarMember({ type: 'file', name: `up${root}/host/escaped` });
  await view.extract(view.directory('/up'), tar(file, through), { keepKinds: true });
  expect(existsSync(join(root, 'host/escaped'))).toBe(false);
  expect(existsSync(join(merged, root, 'host/escaped'))).toBe(true);
  const { uid, gid, mode } = lstatSync(join(merged, 'written'));
  expect([uid, gid, mode & 0o7777]).toEqual([7, 8, 0o4750]);
  expect(() => view.directory('/absolute/file')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  await expect(view.extract('/ro', tar(file), { keepKinds: true })).rejects.toThrow('EROFS');
  await view.extract('/', tar(file), { keepKinds: true, owner: { uid: 1, gid: 2 } });
  expect(lstatSync(join(merged, 'written')).uid).toBe(1);
  expect(() => view.directory('/written')).toThrow('extraction point is not a directory');
});

test('a directory that is swapped for a link meanwhile leads nowhere', async () => {
  using view = views.open('c');
  const { merged } = layers.find('c') as { merged: string };
  mkdirSync(join(merged, 'd/inner'), { recursive: true });
  const one = encodeTarMember({ type: 'file', name: 'inner/one' });
  async function* swapping(): AsyncGenerator<Buffer> {
    yield one;
    renameSync(join(merged, 'd'), join(merged, 'moved'));
    symlinkSync(join(root, 'host'), join(merged, 'd'));
    yield Buffer.concat([
      encodeTarMember({ type: 'file', name: 'inner/two' }),
      encodeTarMember({ type: 'file', name: 'three' }),
    ]);
    yield tarEnd();
  }
  await expect(view.extract('/d', swapping(), { keepKinds: true })).rejects.toThrow('no such file');
  expect(readdirSync(join(root, 'host')).sort()).toEqual(['file', 'sub']);
  expect(existsSync(join(merged, 'moved/inner/one'))).toBe(true);
});

test('a crash leaves views that the next start takes away, not what they showed', () => {
  const view = views.open('c');
  view.mount(bind('/data'), true);
  layers.restore(new Set(['c']));
  new RootfsViews(join(root, 'views'), { kernel, containerLayers: layers }).restore();
  expect(readdirSync(join(root, 'views'))).toEqual([]);
  expect(readdirSync(join(root, 'host')).sort()).toEqual(['file', 'sub']);
});

test('a container removed while it is looked at takes nothing of the host with it', async () => {
  const view = views.open('c');
  view.mount(bind('/data'), true);
  layers.remove('c');
  await layers.settled();
  view.close();
  expect(readdirSync(join(root, 'host')).sort()).toEqual(['file', 'sub']);
  expect(readdirSync(join(root, 'rw'))).toEqual(['init']);
});
