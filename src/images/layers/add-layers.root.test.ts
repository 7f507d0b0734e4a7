// Layers of one image that are extracted at the same time. Needs root.
import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test';
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentStore } from '../../content/index.ts';
import { createKernel } from '../../kernel/index.ts';
import { silentLogger as logger } from '../../lib/logger.ts';
import type { TarEntry } from '../../lib/tar/entry.ts';
import { encodeTarMember, tarEnd } from '../../lib/tar/writer.ts';
import { type Descriptor, mediaTypes } from '../../oci/descriptor.ts';
import { chainIds, type Digest, sha256 } from '../../oci/digest.ts';
import { openStore, type Store } from '../../store/index.ts';
import { addLayers } from './add-layers.ts';
import { ExtractedEarly } from './extracted-early.ts';
import { LayerStore } from './layer-store.ts';

const kernel = createKernel();
afterAll(() => kernel.close());

let root: string;
let store: Store;
let content: ContentStore;
let layers: LayerStore;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-add-layers-'));
  store = openStore(':memory:');
  content = new ContentStore(join(root, 'content'));
  layers = new LayerStore(join(root, 'layers'), { kernel, store, content, logger });
});
afterEach(async () => {
  await layers.close();
  store.close();
  rmSync(root, { recursive: true, force: true });
});

type Member = Pick<TarEntry, 'type' | 'name'> & Partial<TarEntry>;
const directory = (name: string, rest: Partial<TarEntry> = {}): Member => ({ type: 'directory', name, ...rest });
/** Beyond what is extracted without a worker. */
const padding = Buffer.alloc(3 * 1024 * 1024, 'padding');

/** A blob with these members; `large` ones are extracted by a worker, and so end after small ones. */
async function blob(members: Member[], { large = false } = {}): Promise<Descriptor> {
  const file = encodeTarMember({ type: 'file', name: 'padding' }, padding);
  const tar = Buffer.concat([...members.map(entry => encodeTarMember(entry)), ...(large ? [file] : []), tarEnd()]);
  return { mediaType: mediaTypes.ociLayer, ...(await content.put(tar)) };
}

const add = (blobs: readonly Descriptor[], diffIds: readonly Digest[] = blobs.map(({ digest }) => digest)) =>
  Array.fromAsync(addLayers(blobs, diffIds, { layers, lease: content.pins.lease(), signal: undefined }));

test('directories nobody describes look like those below, though these come later', async () => {
  const attributes = { mode: 0o2770, uid: 7, gid: 8 };
  const lowest = await blob([directory('./', { mode: 0o711, uid: 9 }), directory('a'), directory('a/b', attributes)], {
    large: true,
  });
  const middle = await blob([{ type: 'symlink', name: 'l', linkName: 'a' }, directory('own/b', { mode: 0o700 })]);
  const top = await blob([{ type: 'file', name: 'a/b/c' }, { type: 'file', name: 'l/b/c' }, directory('own/b')]);
  const chain = chainIds([lowest, middle, top].map(({ digest }) => digest));
  await add([lowest, middle, top]);
  expect(layers.chain(chain[2] as Digest).map(({ chainId }) => chainId)).toEqual(chain);
  const of = (name: string, at = 2) => lstatSync(join(layers.path(chain[at] as Digest), name));
  expect(of('.', 1)).toMatchObject({ mode: 0o40711, uid: 9 });
  expect(of('.')).toMatchObject({ mode: 0o40711, uid: 9 });
  expect(of('a/b')).toMatchObject({ mode: 0o42770, uid: 7, gid: 8 });
  // Below that name a link leads elsewhere, and what the archive says itself stays.
  expect(of('l/b')).toMatchObject({ mode: 0o40755, uid: 0 });
  expect(of('own/b')).toMatchObject({ mode: 0o40755 });
});

test('when one is wrong the others end, and nothing stands on what is not there', async () => {
  const [good, wrong, small] = [
    await blob([directory('good')], { large: true }),
    await blob([directory('wrong')], { large: true }),
    await blob([directory('small')]),
  ];
  const diffIds = [good.digest, sha256('another'), small.digest];
  const error = await add([good, wrong, small], diffIds).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ kind: 'invalid', message: expect.stringContaining("don't match image configuration") });
  const [first, second, third] = chainIds(diffIds);
  expect([second, third].map(chainId => layers.has(chainId as Digest))).toEqual([false, false]);
  const there = layers.has(first as Digest) ? 1 : 0;
  expect(readdirSync(join(root, 'layers'))).toHaveLength(there);
  await add([good, wrong, small]);
  expect(layers.list()).toHaveLength(3);
});

test('news of a layer ends with all of it, and what is there is not spoken of', async () => {
  const [one, two] = [await blob([directory('one')], { large: true }), await blob([directory('two')])];
  await add([one]);
  const news = await add([one, two]);
  const id = two.digest.slice('sha256:'.length, 'sha256:'.length + 12);
  expect(new Set(news.map(event => ('id' in event ? event.id : event.kind)))).toEqual(new Set([id]));
  expect(news.at(-1)).toMatchObject({ status: 'Loading layer', current: two.size, total: two.size });
  expect(await add([one, two])).toEqual([]);
});

test('what was extracted before anybody knew of which image it is, is taken; what nobody takes goes', async () => {
  const signal = undefined;
  const lease = content.pins.lease();
  const [one, two] = [await blob([directory('one')], { large: true }), await blob([directory('two')], { large: true })];
  const noLayer = {
    mediaType: mediaTypes.ociLayer,
    ...(await content.put(Buffer.alloc(padding.length, 'no archive'))),
  };
  const small = await blob([directory('small')]);
  const numbers: number[] = [];
  {
    await using early = new ExtractedEarly(layers, signal);
    for (const begun of [one, two, two, noLayer, small]) early.begin(begun);
    const taken = await early.take(one.digest);
    numbers.push(Number(/\d+$/.exec(taken?.path ?? '')?.[0]));
    expect(await early.take(one.digest)).toBeUndefined();
    const again = { take: async () => taken, slots: early.slots } as unknown as ExtractedEarly;
    await Array.fromAsync(addLayers([one], [one.digest], { layers, lease, signal, early: again }));
    const wrong = Array.fromAsync(addLayers([noLayer], [noLayer.digest], { layers, lease, signal, early }));
    expect(await wrong.catch((thrown: unknown) => thrown)).toMatchObject({ kind: 'invalid' });
    early.begin(one);
    expect(await early.take(one.digest)).toBeUndefined();
  }
  expect(layers.path(one.digest)).toBe(join(root, 'layers', String(numbers[0])));
  expect(readdirSync(join(root, 'layers'))).toEqual([String(numbers[0])]);
});

test('what comes through memory is extracted meanwhile; what is no archive, comes twice or does not come leaves nothing', async () => {
  const signal = undefined;
  const lease = content.pins.lease();
  const body = encodeTarMember({ type: 'file', name: 'padding' }, padding);
  const archiveOf = (name: string) => Buffer.concat([encodeTarMember(directory(name)), body, tarEnd()]);
  const [one, twice] = [archiveOf('one'), archiveOf('twice')];
  async function* broken() {
    yield one.subarray(0, 2 * 1024 * 1024);
    throw new Error('the sender is gone');
  }
  {
    await using early = new ExtractedEarly(layers, signal);
    const come = async (bytes: Buffer | AsyncIterable<Buffer>) => {
      const slot = await early.slots.acquire();
      slot[Symbol.dispose]();
      const through = early.follow(one.length);
      if (!through) throw new Error('not followed');
      const options = { through, late: true, lease };
      const stored = await ('length' in bytes ? content.put(bytes, options) : content.ingest(bytes, options));
      // Somebody offers it when it is here, too.
      early.begin({ mediaType: mediaTypes.ociLayer, ...stored });
      return { mediaType: mediaTypes.ociLayer, ...stored };
    };
    expect(early.follow(1000)).toBeUndefined();
    const descriptor = await come(one);
    await come(twice);
    await come(twice);
    const noLayer = await come(Buffer.alloc(padding.length, 'no archive'));
    expect(await early.take(noLayer.digest)).toBeUndefined();
    expect(await come(broken()).catch(String)).toContain('the sender is gone');
    await Array.fromAsync(addLayers([descriptor], [descriptor.digest], { layers, lease, signal, early }));
    expect(readdirSync(layers.path(descriptor.digest)).sort()).toEqual(['one', 'padding']);
    expect(await early.take(descriptor.digest)).toBeUndefined();
    const followed = [early.follow(one.length), early.follow(one.length)];
    expect(early.follow(one.length)).toBeUndefined();
    for (const through of followed) through?.fail(new Error('the sender is gone'));
  }
  expect(readdirSync(join(root, 'layers'))).toHaveLength(1);
});
