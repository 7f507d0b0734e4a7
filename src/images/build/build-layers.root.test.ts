// Layers of builds on a real overlay: written, packed, read, copied into, and gone when they are not wanted. Needs root.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { execFileSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../../test/support/eventually.ts';
import { ContentStore } from '../../content/index.ts';
import { createKernel, type Kernel } from '../../kernel/index.ts';
import { silentLogger as logger } from '../../lib/logger.ts';
import { openStore, type Store } from '../../store/index.ts';
import { LayerStore } from '../layers/layer-store.ts';
import type { BuildLayer } from './build-layer.ts';
import { BuildLayers } from './build-layers.ts';
import type { EarlyFiles } from './early-files.ts';

let root: string;
let kernel: Kernel;
let store: Store;
let layers: LayerStore;
let builds: BuildLayers;

beforeEach(() => {
  root = mkdtempSync('/tmp/berth-builds-');
  kernel = createKernel();
  store = openStore(':memory:');
  const content = new ContentStore(join(root, 'content'));
  layers = new LayerStore(join(root, 'layers'), { kernel, store, content, logger });
  builds = new BuildLayers({ root: join(root, 'builds') }, { kernel, layers, content, logger });
});

afterEach(async () => {
  await layers.close();
  for (const { target } of kernel.mounts.list())
    if (target.startsWith(root)) kernel.mounts.unmount(target, { lazy: true });
  kernel.close();
  store.close();
  rmSync(root, { recursive: true, force: true });
});

async function layer(below: BuildLayer[], script: string): Promise<BuildLayer> {
  await using working = builds.create(below);
  execFileSync('sh', ['-ec', script], { cwd: working.mount() });
  return working.seal();
}

test('layers stand on each other and are known by their content', async () => {
  using _open = builds.open();
  const one = await layer([], 'mkdir d; echo 1 >d/a; echo 2 >d/b');
  const two = await layer([one], 'rm d/a; echo 3 >c');
  const settled = await two.settled;
  expect(layers.chain(settled.chainId).map(({ diffId }) => diffId)).toEqual([
    (await one.settled).diffId,
    settled.diffId,
  ]);
  {
    using view = builds.view([one, two]);
    expect(readdirSync(view.root).sort()).toEqual(['c', 'd']);
    expect(readdirSync(join(view.root, 'd'))).toEqual(['b']);
  }
  const again = builds.chain(settled.chainId);
  expect(again.map(({ directory }) => directory)).toEqual([one.directory, two.directory]);
});

test('a step that changes nothing says so, and equal layers are kept once', async () => {
  const open = builds.open();
  const one = await layer([], 'touch -d @0 x .');
  expect((await (await layer([one], 'true')).settled).empty).toBe(true);
  const same = await layer([], 'touch -d @0 x .');
  expect((await same.settled).chainId).toBe((await one.settled).chainId);
  expect(existsSync(same.directory)).toBe(true);
  open[Symbol.dispose]();
  expect(existsSync(same.directory)).toBe(false);
  expect(existsSync(one.directory)).toBe(true);
});

test('what is thrown away leaves nothing, and places for mounts are no part of a layer', async () => {
  {
    await using working = builds.create([]);
    const merged = working.mount([{ path: '/run/secrets/x', file: true }, { path: '/cache/deep' }]);
    expect(lstatSync(join(merged, 'run/secrets/x')).isFile()).toBe(true);
    expect(lstatSync(join(merged, 'cache/deep')).isDirectory()).toBe(true);
    writeFileSync(join(merged, 'f'), '');
  }
  {
    const linked = await layer([], 'ln -s /nowhere/yet l');
    await using working = builds.create([linked]);
    const merged = working.mount([{ path: '/l/cache' }, { path: '/l/file', file: true }]);
    expect(readdirSync(join(merged, 'nowhere/yet')).sort()).toEqual(['cache', 'file']);
    await linked.settled;
    layers.remove([(await linked.settled).chainId]);
  }
  await layers.settled();
  expect(readdirSync(join(root, 'builds')).sort()).toEqual(['base', 'empty']);
  expect(readdirSync(join(root, 'layers'))).toEqual([]);
  const kept = await layer([], 'true');
  expect(readdirSync(kept.directory)).toEqual([]);
});

test('a crash leaves nothing mounted after the next start', async () => {
  const working = builds.create([]);
  working.mount();
  await builds.restore();
  layers.sweep();
  await layers.settled();
  expect(kernel.mounts.list().filter(({ target }) => target.startsWith(root))).toEqual([]);
  expect([...readdirSync(join(root, 'builds')), ...readdirSync(join(root, 'layers'))].sort()).toEqual([
    'base',
    'empty',
  ]);
});

/** A source with a file, a link, a directory and a hard link. */
function makeSource(): string {
  const source = join(root, 'source');
  execFileSync('sh', [
    '-ec',
    'mkdir -p $0/d/e; echo 1 >$0/f; echo 2 >$0/d/e/g; ln -s e $0/d/l; ln $0/d/e/g $0/d/h; chmod 640 $0/f',
    source,
  ]);
  return source;
}

test('a copy keeps modes, times, links and hard links, and takes another owner when told', async () => {
  const source = makeSource();
  chownSync(join(source, 'f'), 5, 6);
  await using working = builds.create([]);
  const merged = working.mount();
  await working.copy({
    sourceRoot: source,
    shareable: false,
    sources: [{ path: '/f' }, { path: '/d' }],
    destination: '/app/',
    contentsOnly: true,
  });
  const at = (path: string) => lstatSync(join(merged, path));
  expect([at('app/f').mode & 0o777, at('app/f').uid, at('app/f').gid]).toEqual([0o640, 5, 6]);
  expect(at('app/f').mtimeMs).toBe(lstatSync(join(source, 'f')).mtimeMs);
  expect(at('app/l').isSymbolicLink()).toBe(true);
  expect(at('app/h').ino).toBe(at('app/e/g').ino);
  expect([at('app').mode & 0o777, at('app').uid]).toEqual([0o755, 0]);
  await working.copy({
    sourceRoot: source,
    shareable: false,
    sources: [{ path: '/d', skip: ['e'] }],
    destination: '/new/deep',
    owner: { uid: 1, gid: 2 },
    mode: { kind: 'octal', mode: 0o700 },
    contentsOnly: true,
  });
  expect(readdirSync(join(merged, 'new/deep')).sort()).toEqual(['h', 'l']);
  expect([at('new/deep').uid, at('new').uid, at('new/deep/h').mode & 0o777]).toEqual([1, 1, 0o700]);
});

test('links in the destination lead inside, never out', async () => {
  const source = makeSource();
  const below = await layer([], 'mkdir real; ln -s /real in; ln -s ../../../../../.. out');
  await using working = builds.create([below]);
  const merged = working.mount();
  const job = { sourceRoot: source, shareable: false, sources: [{ path: '/f' }], contentsOnly: true };
  await working.copy({ ...job, destination: '/in/f' });
  await working.copy({ ...job, destination: '/out/tmp/f' });
  expect(readFileSync(join(merged, 'real/f'), 'utf8')).toBe('1\n');
  expect(existsSync(join(merged, 'tmp/f'))).toBe(true);
  // bun's `rejects` waits in a way that lets no worker answer.
  const failure = await working.copy({ ...job, destination: '/real/f/x' }).catch((error: unknown) => error);
  expect(failure).toHaveProperty('message', expect.stringContaining('not a directory'));
});

test('files that never change are shared, each once, and replace what is there', async () => {
  const source = makeSource();
  const below = await layer([], 'mkdir app; echo old >app/f');
  await using working = builds.create([below]);
  working.mount();
  const job = { sourceRoot: source, shareable: true, contentsOnly: true };
  await working.copy({ ...job, sources: [{ path: '/f' }], destination: '/app/' });
  await working.copy({ ...job, sources: [{ path: '/f' }], destination: '/again/f' });
  const sealed = working.seal();
  expect(lstatSync(join(sealed.directory, 'app/f')).ino).not.toBe(lstatSync(join(sealed.directory, 'again/f')).ino);
  using view = builds.view([below, sealed]);
  expect(readFileSync(join(view.root, 'app/f'), 'utf8')).toBe('1\n');
});

test('a file that another image has is shared again where that is allowed, but never twice in one layer', async () => {
  const source = makeSource();
  const below = await layer([], 'mkdir app');
  const job = { sourceRoot: source, shareable: true, contentsOnly: true, destination: '/new/' };
  const inode = (directory: string, name: string) => lstatSync(join(directory, name)).ino;
  const own = inode(source, 'f');
  for (const shareAgain of [true, true, false]) {
    await using working = builds.create([below]);
    working.mount();
    const sources = [{ path: '/f' }, { path: '/f', name: 'again' }];
    await working.copy({ ...job, shareAgain, sources });
    const { directory } = working.seal();
    expect(inode(directory, 'new/f') === own).toBe(shareAgain);
    expect(inode(directory, 'new/again')).not.toBe(inode(directory, 'new/f'));
    expect(readFileSync(join(directory, 'new/again'), 'utf8')).toBe('1\n');
  }
});

test('names of one file stay so when they are named one by one, also where the first was linked', async () => {
  const source = makeSource();
  const below = await layer([], 'mkdir app other');
  const job = { sourceRoot: source, shareable: true, shareAgain: true, contentsOnly: true };
  await using working = builds.create([below]);
  working.mount();
  for (const destination of ['/new/', '/app/']) {
    await working.copy({ ...job, sources: [{ path: '/d/h' }, { path: '/d/e/g' }], destination });
  }
  const apart = [{ path: '/d/h' }, { path: '/d/e/g', destination: '/other/' }];
  await working.copy({ ...job, sources: apart, destination: '/third/' });
  const { directory } = working.seal();
  const inode = (name: string) => lstatSync(join(directory, name)).ino;
  expect(inode('new/h')).toBe(inode('new/g'));
  expect(inode('app/h')).toBe(inode('app/g'));
  expect(inode('third/h')).toBe(inode('other/g'));
  expect(readFileSync(join(directory, 'new/g'), 'utf8')).toBe(readFileSync(join(source, 'd/h'), 'utf8'));
});

test('a source that is named twice, or lies where another one was linked, replaces it', async () => {
  const source = makeSource();
  const below = await layer([], 'mkdir app');
  await using working = builds.create([below]);
  const merged = working.mount();
  const paths = ['/f', '/f', '/d/e/g', '/d/l', '/f'];
  const sources = paths.map(path => ({ path, name: 'same' }));
  await working.copy({ sourceRoot: source, shareable: true, contentsOnly: true, destination: '/app/', sources });
  expect(readFileSync(join(merged, 'app/same'), 'utf8')).toBe('1\n');
  expect(readFileSync(join(working.seal().directory, 'app/same'), 'utf8')).toBe('1\n');
});

test('a copy made early gives the same layer as one made later, packed ahead or not, and leaves nothing', async () => {
  const source = makeSource();
  // A file that is not in a batch with others, one with a hole, a fifo, attributes.
  const more =
    'chmod 751 d; seq 99999 >d/e/long; truncate -s 1M d/hole; echo x >>d/hole; mkfifo d/p; touch -d @1000 d/e d';
  execFileSync('sh', ['-ec', more], { cwd: source });
  kernel.files.setXattr(join(source, 'd/e/long'), 'user.mark', Buffer.from('yes'));
  const { signal } = new AbortController();
  const job = { sourceRoot: source, shareable: true, shareAgain: true, sources: [{ path: '/d', skip: ['l'] }] };
  const bases = [
    'true',
    'mkdir -p -m 700 app/tree; touch -d @5 app/tree/mine',
    'mkdir -p app/tree/e; echo mine >app/tree/e/g; touch -d @5 app/tree/e app/tree',
  ];
  const make = async (below: BuildLayer, early: EarlyFiles | undefined) => {
    await using working = builds.create([below]);
    working.mount();
    const whole = { ...job, destination: '/app/tree', contentsOnly: true };
    if (early) await working.takeCopy(whole, early);
    else await working.copy(whole);
    execFileSync('touch', ['-d', '@9', 'app'], { cwd: working.root });
    const sealed = working.seal();
    const { diffId, size, archiveSize } = await sealed.settled;
    using view = builds.view([below, sealed]);
    const list = 'find . -mindepth 1 -printf "%P %y %m %T@ %l\\n" | grep -v "^[^/]* d"; cat app/tree/e/g';
    const seen = execFileSync('sh', ['-ec', list], { cwd: view.root, encoding: 'utf8' });
    return { diffId, size, archiveSize, seen };
  };
  for (const script of bases) {
    const below = await layer([], script);
    const later = await make(below, undefined);
    for (const name of ['app/tree', 'elsewhere', '']) {
      await using early = await builds.copyEarly(job, name, signal);
      if (name !== '') await eventually('it is packed', () => early.packed !== undefined);
      expect(await make(below, early)).toEqual(later);
      // In the last one something is in its way.
      expect(readdirSync(early.directory).length > 0).toBe(script.includes('mine >'));
    }
  }
  await layers.settled();
  const directories = readdirSync(join(root, 'layers')).map(name => readdirSync(join(root, 'layers', name)));
  expect(directories.flat().filter(name => name === 'made' || name === 'packed')).toEqual([]);
  const none = { ...job, sources: [{ path: '/none' }] };
  expect(await builds.copyEarly(none, '', signal).catch((error: unknown) => error)).toMatchObject({
    kind: 'not-found',
  });
});
