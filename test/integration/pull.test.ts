// Pulls from a registry that fails in every way there is: an image is there whole and under its name, or not at all.

import { afterAll, afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentStore } from '../../src/content/index.ts';
import { Distribution } from '../../src/distribution/index.ts';
import { inspectDistribution } from '../../src/engine/index.ts';
import { Images, type TransferEvent } from '../../src/images/index.ts';
import { createKernel } from '../../src/kernel/index.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { type Descriptor, mediaTypes } from '../../src/oci/descriptor.ts';
import { sha256, shortId } from '../../src/oci/digest.ts';
import { parseReference } from '../../src/oci/reference.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { eventually } from '../support/eventually.ts';
import { FaultRegistry } from '../support/registries/fault-registry.ts';
import { addImage, layerArchive } from '../support/registries/remote-images.ts';
import { runOk } from '../support/run.ts';
import { Seeded } from '../support/seeded.ts';

// For a machine that does much else.
setDefaultTimeout(60_000);

const kernel = createKernel();
afterAll(() => kernel.close());

let root: string;
let registry: FaultRegistry;
let distribution: Distribution;
let store: Store;
let images: Images;

async function open(): Promise<void> {
  store = openStore(join(root, 'berth.db'));
  const content = new ContentStore(join(root, 'content'));
  const platform = { os: 'linux', architecture: 'amd64' };
  const deps = { kernel, store, content, registries: distribution, logger: silentLogger };
  images = new Images({ root, platform }, deps);
  await images.restore({ containers: new Set() });
}

async function close(): Promise<void> {
  await images.close();
  store.close();
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'berth-pull-'));
  registry = await FaultRegistry.start();
  distribution = new Distribution({ attempts: 2 }, { logger: silentLogger });
  await open();
});
afterEach(async () => {
  await close();
  distribution.close();
  await registry[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

const reference = (text: string) => parseReference(`${registry.host}/${text}`);
const pull = (text: string, o: { signal?: AbortSignal; platform?: { os: string; architecture: string } } = {}) =>
  images.transfers.pull(reference(text), { signal: new AbortController().signal, ...o });
/** What a pull says, to its end; each line is told to `hear` as it comes. */
const lines = async (events: AsyncIterable<TransferEvent>, hear: (line: string) => void = () => {}) => {
  const all: string[] = [];
  for await (const event of events) {
    if (!('status' in event)) continue;
    const line = `${event.id ? `${event.id}: ` : ''}${event.status}`;
    all.push(line);
    hear(line);
  }
  return all;
};
const blobs = () => readdirSync(join(root, 'content/blobs/sha256')).length;
const partials = () => readdirSync(join(root, 'content/partial'));
const layerFolders = () => readdirSync(join(root, 'layers'));

async function mustBeEmpty(): Promise<void> {
  expect(images.list()).toEqual([]);
  await eventually('no blob and no layer is left', () => blobs() === 0 && layerFolders().length === 0);
}

const small = { tar: layerArchive({ 'a/file': 'one' }) };
const large = { tar: layerArchive({ 'a/large': randomBytes(300_000), 'b/zeros': Buffer.alloc(200_000) }) };
const third = { tar: layerArchive({ 'a/file': 'three', 'c/random': randomBytes(90_000) }), packing: 'zstd' as const };

test('by tag, by digest and all tags, told as Docker tells it', async () => {
  const one = addImage(registry, { repository: 'app', tag: '1' }, [small, large, { ...third, packing: 'plain' }]);
  addImage(registry, { repository: 'app', tag: '2' }, [small, third]);
  const said = await lines(pull('app:1'));
  expect(said[0]).toBe('1: Pulling from app');
  const id = (at: number) => one.layers[at]?.digest.slice(7, 19);
  for (const at of [0, 1, 2]) {
    const own = said.filter(line => line.startsWith(`${id(at)}: `)).map(line => line.slice(14));
    expect(own[0]).toBe('Pulling fs layer');
    expect(own).toContain('Download complete');
    expect(own.at(-1)).toBe('Pull complete');
  }
  const name = `${registry.host}/app:1`;
  expect(said.slice(-2)).toEqual([`Digest: ${one.digest}`, `Status: Downloaded newer image for ${name}`]);
  const image = images.get(name);
  expect(image).toMatchObject({ id: one.id, tags: [name], digests: [`${registry.host}/app@${one.digest}`] });
  registry.requests.length = 0;
  expect(await lines(pull('app:1'))).toEqual([
    '1: Pulling from app',
    `Digest: ${one.digest}`,
    `Status: Image is up to date for ${name}`,
  ]);
  expect(registry.requests.map(({ method }) => method)).toEqual(['HEAD']);
  const all = await lines(pull('app'));
  expect(all).toContain(`${id(0)}: Already exists`);
  expect(all.at(-1)).toBe(`Status: Downloaded newer image for ${registry.host}/app`);
  const byDigest = await lines(pull(`app@${one.digest}`));
  expect(byDigest[0]).toBe(`${registry.host}/app@${one.digest}: Pulling from app`);
  expect(byDigest.at(-1)).toBe(`Status: Image is up to date for ${registry.host}/app@${one.digest}`);
  expect(partials()).toEqual([]);
});

test('what the registry warns of is told once, before the end; of what it does not have, nothing', async () => {
  const { digest } = addImage(registry, { repository: 'app', tag: '1' }, [small]);
  registry.warning = 'This image is deprecated.';
  const name = `${registry.host}/app:1`;
  const warned = (news: string) => [
    ...[`Digest: ${digest}`, `WARNING: ${registry.host}: This image is deprecated.`],
    `Status: ${news} for ${name}`,
  ];
  expect((await lines(pull('app:1'))).slice(-3)).toEqual(warned('Downloaded newer image'));
  expect((await lines(pull('app:1'))).slice(-3)).toEqual(warned('Image is up to date'));
  expect(String(await lines(pull('app:none')).catch(error => error))).toContain('not found');
});

test('the manifest for a platform is chosen from an index; there may be none', async () => {
  const amd = addImage(registry, { repository: 'app', tag: 'amd' }, [small]);
  const arm = addImage(registry, { repository: 'app', tag: 'arm' }, [third], { config: { architecture: 'arm64' } });
  const platform = (architecture: string) => ({ os: 'linux', architecture });
  const manifests = [
    { ...arm.descriptor, platform: platform('arm64') },
    { ...amd.descriptor, platform: platform('amd64') },
  ];
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
  const digest = registry.addManifest('app', 'all', index, mediaTypes.ociIndex);
  const said = await lines(pull('app:all'));
  expect(said).toContain(`Digest: ${digest}`);
  expect(images.get(`${registry.host}/app:all`).id).toBe(amd.id);
  await lines(pull('app:all', { platform: platform('arm64') }));
  expect(images.get(`${registry.host}/app:all`).id).toBe(arm.id);
  await expect(lines(pull('app:all', { platform: platform('s390x') }))).rejects.toThrow(
    'no matching manifest for linux/s390x in the manifest list entries',
  );
});

test('what is no image is refused by name', async () => {
  const app = (tag: string) => ({ repository: 'app', tag });
  const layer = { mediaType: 'application/x-foo', ...registry.addBlob(Buffer.from('x')) };
  addImage(registry, app('type'), [small], { manifest: { layers: [layer] } });
  const chart = { mediaType: 'application/vnd.cncf.helm.config.v1+json', ...registry.addBlob(Buffer.from('{}')) };
  addImage(registry, app('chart'), [small], { manifest: { config: chart } });
  addImage(registry, app('windows'), [small], { config: { os: 'windows' } });
  addImage(registry, app('layers'), [small], { config: { rootfs: { type: 'layers', diff_ids: [] } } });
  addImage(registry, app('wrong'), [small], { config: { rootfs: { type: 'layers', diff_ids: [sha256('other')] } } });
  addImage(registry, app('archive'), [{ tar: Buffer.alloc(2000, 'no archive') }]);
  addImage(registry, app('both'), [small], { manifest: { manifests: [] } });
  registry.addManifest('app', 'old', { schemaVersion: 1 }, 'application/vnd.docker.distribution.manifest.v1+prettyjws');
  const refusals: [tag: string, why: string][] = [
    ['type', 'unsupported media type application/x-foo'],
    ['chart', 'unsupported media type application/vnd.cncf.helm.config.v1+json'],
    ['windows', 'image operating system "windows" cannot be used on this platform: operating system is not supported'],
    ['layers', "layers from manifest don't match image configuration"],
    ['wrong', "layers from manifest don't match image configuration"],
    ['archive', 'failed to register layer: archive/tar: invalid tar header'],
    ['both', 'is ambiguous: it has both manifests and layers'],
    ['old', 'schema 1 support has been removed'],
    ['none', `manifest for ${registry.host}/app:none not found: manifest unknown: manifest unknown`],
  ];
  for (const [tag, why] of refusals) await expect(lines(pull(`app:${tag}`)), tag).rejects.toThrow(why);
  const platform = { os: 'windows', architecture: 'amd64' };
  await expect(lines(pull('app:type', { platform }))).rejects.toThrow(/^operating system is not supported$/);
  await expect(lines(pull('nothing'))).rejects.toThrow(`repository ${registry.host}/nothing not found: name unknown`);
  await mustBeEmpty();
});

test('what a registry has is told of without pulling it, whatever it is', async () => {
  const chart = {
    mediaType: 'application/vnd.cncf.helm.config.v1+json',
    ...registry.addBlob(Buffer.from('{"name":1}')),
  };
  addImage(registry, { repository: 'app', tag: 'chart' }, [small], { manifest: { config: chart } });
  const { digest } = addImage(registry, { repository: 'app', tag: '1' }, [small]);
  const tell = (tag: string) =>
    inspectDistribution({ registries: distribution }, `${registry.host}/app:${tag}`, {
      auth: undefined,
      signal: new AbortController().signal,
    });
  expect(await tell('1')).toMatchObject({
    Descriptor: { digest },
    Platforms: [{ architecture: 'amd64', os: 'linux' }],
  });
  expect(await tell('chart')).toMatchObject({ Platforms: null });
});

test('two pulls of one image download it once, and one that shares a layer downloads that once', async () => {
  addImage(registry, { repository: 'app', tag: '1' }, [large, small]);
  addImage(registry, { repository: 'other', tag: '1' }, [large, third]);
  await Promise.all([lines(pull('app:1')), lines(pull('app:1')), lines(pull('other:1'))]);
  const gets = registry.requests.filter(({ method, target }) => method === 'GET' && target.includes('/blobs/'));
  expect(new Set(gets.map(({ target }) => target.split('/').at(-1))).size).toBe(5);
  const ofLayers = gets.filter(({ target }) => registry.blobs.get(target.split('/').at(-1) as string)?.[0] !== 0x7b);
  expect(ofLayers).toHaveLength(3);
  expect(images.list()).toHaveLength(2);
});

test('who goes away ends the download, unless somebody else wants it; what came is used the next time', async () => {
  addImage(registry, { repository: 'app', tag: '1' }, [large]);
  registry.fault = ({ target, range }) =>
    target.includes('/blobs/') && !range && !target.endsWith(configOf('app')) ? { stopAfter: 200_000 } : undefined;
  const [first, second] = [new AbortController(), new AbortController()];
  const wanting = new Set<AbortController>();
  const pulls = [first, second].map(who =>
    lines(pull('app:1', { signal: who.signal }), line => line.endsWith('Pulling fs layer') && wanting.add(who)).catch(
      (error: Error) => error.message,
    ),
  );
  await eventually('both want it', () => wanting.size === 2);
  await eventually('a part has come', () => size(partials()[0]) === 200_000);
  first.abort();
  expect(await pulls[0]).toBe('context canceled');
  expect(await Promise.race([pulls[1], Bun.sleep(50)])).toBe(undefined);
  second.abort();
  expect(await pulls[1]).toBe('context canceled');
  await mustBeEmpty();
  await close();
  await open();
  registry.fault = () => undefined;
  registry.served = 0;
  await lines(pull('app:1'));
  const total = [...registry.blobs.values()].reduce((sum, { length }) => sum + length, 0);
  expect(registry.served).toBe(total - 200_000);
  expect(partials()).toEqual([]);
});

test('cut at random bytes again and again: the next try goes on, and the files are right', async () => {
  const seeded = new Seeded();
  for (let round = 0; round < 25; round++) {
    const tar = layerArchive({ [`r${round}`]: randomBytes(200_000) });
    const image = addImage(registry, { repository: 'app', tag: 'r' }, [small, { tar }]);
    registry.fault = ({ target }) =>
      target.includes('/blobs/') ? { cutAfter: seeded.between(0, 150_000) } : undefined;
    for (let attempt = 0; images.find(image.id) === undefined && attempt < 20; attempt++) {
      await lines(pull('app:r')).catch(() => undefined);
      if (images.find(image.id) === undefined) expect(images.list().some(({ id }) => id === image.id)).toBe(false);
      if (attempt === 6) registry.fault = () => undefined;
    }
    expect(images.get(`${registry.host}/app:r`).id, `seed ${seeded.seed}, round ${round}`).toBe(image.id);
  }
}, 120_000);

test('a corrupt blob is refused; a damaged part of one is fetched anew', async () => {
  addImage(registry, { repository: 'app', tag: '1' }, [large]);
  registry.fault = ({ target }) =>
    target.includes('/blobs/') && !target.endsWith(configOf('app')) ? { corrupt: true } : undefined;
  await expect(lines(pull('app:1'))).rejects.toThrow('filesystem layer verification failed for digest');
  await mustBeEmpty();
  expect(partials().every(name => size(name) === 0)).toBe(true);
  registry.fault = ({ target }) =>
    target.includes('/blobs/') && !target.endsWith(configOf('app')) ? { stopAfter: 200_000 } : undefined;
  const started = new AbortController();
  const broken = lines(pull('app:1', { signal: started.signal })).catch(() => undefined);
  await eventually('a part has come', () => size(partials()[0]) === 200_000);
  started.abort();
  await broken;
  registry.fault = () => undefined;
  await close();
  expect(partials().filter(name => damage(join(root, 'content/partial', name)))).toHaveLength(1);
  await open();
  await lines(pull('app:1'));
  expect(images.list()).toHaveLength(1);
});

test('a full disk is told of and leaves nothing behind; with room again the pull goes on', async () => {
  const tar = layerArchive({ 'big/random': randomBytes(6_000_000) });
  const { layers } = addImage(registry, { repository: 'app', tag: '1' }, [large, { tar }]);
  const [fits, tooBig] = layers as [Descriptor, Descriptor];
  const fitting = Promise.withResolvers<void>();
  const isThere = `${shortId(fits.digest)}: Download complete`;
  // What comes too late to a full disk is given back as well, and nothing is left to go on with.
  registry.fault = ({ target }) => (target.endsWith(tooBig.digest) ? { notBefore: fitting.promise } : undefined);
  await close();
  await runOk(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', root]);
  try {
    await open();
    const pulling = lines(pull('app:1'), line => line === isThere && fitting.resolve());
    await expect(pulling).rejects.toThrow(/no space left on device|ENOSPC|disk is full/);
    // Without room for a change of records an extracted layer may have to wait for the next collection.
    expect(images.list()).toEqual([]);
    await eventually('nothing is half extracted', () => !layerFolders().some(name => name.startsWith('new-')));
    await runOk(['mount', '-o', 'remount,size=64m', root]);
    registry.served = 0;
    await lines(pull('app:1'));
    expect(images.list()).toHaveLength(1);
    const total = [...registry.blobs.values()].reduce((sum, { length }) => sum + length, 0);
    expect(registry.served).toBeLessThan(total);
  } finally {
    try {
      await close();
    } finally {
      await runOk(['umount', '-l', root]);
    }
    await open();
  }
});

test('a token that expires in the middle is renewed', async () => {
  addImage(registry, { repository: 'app', tag: '1' }, [small, large, third]);
  registry.tokens = new Set();
  const credentials = { username: 'user', password: 'secret' };
  registry.fault = ({ target, range }) => {
    if (!target.includes('/blobs/') || range) return undefined;
    setImmediate(() => registry.tokens?.clear());
    return { cutAfter: 50 };
  };
  await Array.fromAsync(
    images.transfers.pull(reference('app:1'), { credentials, signal: new AbortController().signal }),
  );
  expect(images.list()).toHaveLength(1);
  await expect(lines(pull('app:1'))).rejects.toThrow('unauthorized');
});

test('a daemon killed at any moment has the image whole or not at all, and goes on with what came', async () => {
  const seeded = new Seeded();
  await close();
  for (let round = 0; round < 5; round++) {
    const tar = layerArchive({ [`k${round}`]: randomBytes(1_000_000) });
    const image = addImage(registry, { repository: 'app', tag: 'k' }, [small, { tar }, large]);
    const child = Bun.spawn([
      process.execPath,
      join(import.meta.dir, '../support/registries/pull-program.ts'),
      root,
      `${registry.host}/app:k`,
    ]);
    await Bun.sleep(seeded.between(50, 600));
    child.kill('SIGKILL');
    await child.exited;
    await open();
    const found = images.find(`${registry.host}/app:k`);
    if (found?.id === image.id) expect(found.layers).toHaveLength(3);
    await lines(pull('app:k'));
    expect(images.get(`${registry.host}/app:k`).id, `seed ${seeded.seed}`).toBe(image.id);
    await eventually('no layer is half there', () => layerFolders().every(name => /^\d+$/.test(name)));
    expect(partials()).toEqual([]);
    await close();
  }
  await open();
}, 60_000);

const size = (name: string | undefined) =>
  name === undefined ? 0 : Bun.file(join(root, 'content/partial', name)).size;

/** Changes the first byte; false when there is none. */
function damage(path: string): boolean {
  const bytes = readFileSync(path);
  if (bytes.length === 0) return false;
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  return true;
}

/** The digest of the configuration of the last image of a repository. */
function configOf(repository: string): string {
  const { bytes } = registry.manifests.get(`${repository}:1`) as { bytes: Buffer };
  return (JSON.parse(bytes.toString()) as { config: { digest: string } }).config.digest;
}
