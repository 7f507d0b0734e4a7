// Pushes to a registry that fails, forgets or has most of it already: no byte is sent or compressed twice.

import { afterAll, afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { ContentStore } from '../../src/content/index.ts';
import { Distribution } from '../../src/distribution/index.ts';
import { Images, type TransferEvent } from '../../src/images/index.ts';
import { createKernel } from '../../src/kernel/index.ts';
import { errorKind } from '../../src/lib/errors.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { mediaTypes } from '../../src/oci/descriptor.ts';
import { sha256 } from '../../src/oci/digest.ts';
import { parseReference } from '../../src/oci/reference.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { eventually } from '../support/eventually.ts';
import { FaultRegistry } from '../support/registries/fault-registry.ts';
import { addImage, layerArchive } from '../support/registries/remote-images.ts';

// For a machine that does much else.
setDefaultTimeout(60_000);

const kernel = createKernel();
afterAll(() => kernel.close());

let root: string;
let registry: FaultRegistry;
let distribution: Distribution;
let store: Store;
let images: Images;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'berth-push-'));
  registry = await FaultRegistry.start();
  distribution = new Distribution({ attempts: 3 }, { logger: silentLogger });
  store = openStore(join(root, 'berth.db'));
  const content = new ContentStore(join(root, 'content'));
  const deps = { kernel, store, content, registries: distribution, logger: silentLogger };
  images = new Images({ root, platform: { os: 'linux', architecture: 'amd64' } }, deps);
  await images.restore({ containers: new Set() });
});
afterEach(async () => {
  await images.close();
  store.close();
  distribution.close();
  await registry[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

const { signal } = new AbortController();
const name = (text: string) => `${registry.host}/${text}`;
const push = (text: string, credentials?: { username: string; password: string }) =>
  Array.fromAsync(images.transfers.push(parseReference(name(text)), { signal, credentials }));
const pull = (text: string) => Array.fromAsync(images.transfers.pull(parseReference(name(text)), { signal }));
/** What was said of layers at last, by layer. */
const verdicts = (events: TransferEvent[]) => {
  const last = new Map(events.flatMap(event => (event.kind === 'progress' ? [[event.id, event.status] as const] : [])));
  return [...last.values()];
};
const pushed = (events: TransferEvent[]) => events.flatMap(event => (event.kind === 'pushed' ? [event] : []));
const sent = () => registry.requests.filter(({ method }) => method === 'PUT' || method === 'PATCH');

async function importImage(reference: string, tar: Buffer): Promise<void> {
  async function* archive() {
    yield tar;
  }
  await images.import(archive(), { reference, changes: {} });
}

const tar = layerArchive({ text: 'many words '.repeat(200_000), random: randomBytes(700_000) });

test('of layers is told when there is somebody to push to, even if that refuses', async () => {
  const tell = async (reference: string) => {
    const events: TransferEvent[] = [];
    const pushing = images.transfers.push(parseReference(reference), { signal });
    const error = await (async () => {
      for await (const event of pushing) events.push(event);
    })().catch(error => error);
    return { error, statuses: events.map(event => 'status' in event && event.status.split(' ')[0]) };
  };
  await importImage('127.0.0.1:1/app:1', tar);
  const nobody = await tell('127.0.0.1:1/app:1');
  expect(nobody.error.message).toContain('connection refused');
  expect(nobody.statuses).toEqual(['The']);
  await importImage(name('app:1'), tar);
  registry.fault = () => ({ refuse: 403 });
  const refused = await tell(name('app:1'));
  expect(refused.error).toBeInstanceOf(Error);
  expect(refused.statuses.slice(0, 2)).toEqual(['The', 'Preparing']);
});

test('layers are compressed, in a manifest as Docker makes it; the next push sends nothing', async () => {
  await importImage(name('app:1'), tar);
  const first = await push('app:1');
  expect(first[0]).toEqual({ kind: 'line', status: `The push refers to repository [${name('app')}]` });
  expect(verdicts(first)).toEqual(['Pushed']);
  const { bytes, type } = registry.manifests.get('app:1') as { bytes: Buffer; type: string };
  expect(type).toBe(mediaTypes.dockerManifest);
  expect(pushed(first)[0]).toMatchObject({ digest: sha256(bytes), size: bytes.length });
  const manifest = JSON.parse(bytes.toString()) as { layers: { digest: string; size: number; mediaType: string }[] };
  const layer = registry.blobs.get(manifest.layers[0]?.digest ?? '') as Buffer;
  expect(gunzipSync(layer).equals(tar)).toBe(true);
  expect(layer.length).toBeLessThan(tar.length / 2);
  expect(images.get(name('app:1')).digests).toEqual([name(`app@${sha256(bytes)}`)]);
  registry.requests.length = 0;
  const again = await push('app:1');
  expect(verdicts(again)).toEqual(['Layer already exists']);
  expect(sent()).toEqual([]);
  expect(pushed(again)[0]?.digest).toBe(sha256(bytes));
});

test('a tag that stands for something else by now, or for nothing, is written again', async () => {
  await importImage(name('app:1'), tar);
  await push('app:1');
  const own = registry.manifests.get('app:1') as { bytes: Buffer; type: string };
  const changes = [
    () => void registry.manifests.set('app:1', { ...own, bytes: Buffer.concat([own.bytes, Buffer.from('\n')]) }),
    () => void registry.manifests.delete('app:1'),
  ];
  for (const change of changes) {
    change();
    registry.requests.length = 0;
    expect(verdicts(await push('app:1'))).toEqual(['Layer already exists']);
    expect(sent().map(({ target }) => target)).toEqual(['/v2/app/manifests/1']);
    expect(registry.manifests.get('app:1')?.bytes).toEqual(own.bytes);
  }
});

test('what was compressed once serves every image that has the layer, and every registry', async () => {
  await importImage(name('app:1'), tar);
  await push('app:1');
  const [digest] = [...registry.blobs.keys()].filter(key => (registry.blobs.get(key)?.length ?? 0) > 10_000);
  await using other = await FaultRegistry.start();
  images.tag(name('app:1'), `${other.host}/x:2`);
  await Array.fromAsync(images.transfers.push(parseReference(`${other.host}/x:2`), { signal }));
  expect(other.blobs.has(digest ?? '')).toBe(true);
  expect(other.manifests.get('x:2')?.bytes).toEqual(registry.manifests.get('app:1')?.bytes as Buffer);
});

test('of an image for several platforms the one that is asked for is pushed', async () => {
  const platform = (architecture: string) => ({ os: 'linux', architecture });
  const [amd, arm] = ['amd64', 'arm64'].map(architecture => {
    const layer = { tar: layerArchive({ [architecture]: architecture }) };
    return {
      architecture,
      ...addImage(registry, { repository: 'app', tag: architecture }, [layer], { config: { architecture } }),
    };
  });
  const manifests = [amd, arm].map(one => ({ ...one?.descriptor, platform: platform(one?.architecture ?? '') }));
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
  registry.addManifest('app', 'all', index, mediaTypes.ociIndex);
  for (const { architecture } of [amd, arm] as { architecture: string }[]) {
    const request = { signal, platform: platform(architecture) };
    await Array.fromAsync(images.transfers.pull(parseReference(name('app:all')), request));
  }
  images.tag(name('app:all'), name('copy:1'));
  const pushOne = (architecture: string) =>
    Array.fromAsync(
      images.transfers.push(parseReference(name('copy:1')), { signal, platform: platform(architecture) }),
    );
  expect(pushed(await pushOne('amd64'))[0]?.digest).toBe(amd?.digest);
  expect(pushed(await pushOne('arm64'))[0]?.digest).toBe(arm?.digest);
  expect(() => images.transfers.push(parseReference(name('copy:1')), { signal, platform: platform('s390x') })).toThrow(
    'does not match the specified platform (linux/s390x)',
  );
  for (const tag of ['copy:1', 'app:all']) {
    await images.remove(name(tag), { force: false, prune: true, inUse: () => [] });
  }
  expect(images.list()).toEqual([]);
});

test('a pulled image is pushed as it came: manifest, compression and digest', async () => {
  const image = addImage(registry, { repository: 'app', tag: '1' }, [
    { tar },
    { tar: layerArchive({ a: 'b' }), packing: 'zstd' },
  ]);
  await pull('app:1');
  images.tag(name('app:1'), name('copy:2'));
  registry.blobs.clear();
  const events = await push('copy:2');
  expect(pushed(events)[0]?.digest).toBe(image.digest);
  for (const { digest } of image.layers) expect(registry.blobs.has(digest)).toBe(true);
});

test('all tags, and tags that are not there', async () => {
  await importImage(name('app:1'), tar);
  images.tag(name('app:1'), name('app:2'));
  const events = await push('app');
  expect(pushed(events).map(({ reference }) => reference.tag)).toEqual(['1', '2']);
  await expect(push('app:3')).rejects.toThrow(`tag does not exist: ${name('app:3')}`);
  await expect(push('none:1')).rejects.toThrow(`An image does not exist locally with the tag: ${name('none')}`);
});

test('uploads that break off go on; a registry that refuses is quoted; nobody is told so', async () => {
  await importImage(name('app:1'), tar);
  let cuts = 0;
  registry.fault = ({ method, target }) =>
    method === 'PUT' && target.includes('/uploads/') && cuts++ === 0 ? { cutUploadAfter: 100_000 } : undefined;
  await push('app:1');
  const body = JSON.stringify({ errors: [{ code: 'DENIED', message: 'requested access to the resource is denied' }] });
  registry.blobs.clear();
  registry.fault = ({ method }) => (method === 'POST' ? { refuse: 403, body } : undefined);
  await expect(push('app:1')).rejects.toThrow('denied: requested access to the resource is denied');
  registry.fault = () => ({ refuse: 401, headers: { 'WWW-Authenticate': 'Basic realm="x"' } });
  await expect(push('app:1')).rejects.toThrow(/^no basic auth credentials$/);
  registry.fault = () => undefined;
  registry.tokens = new Set();
  await expect(push('app:1')).rejects.toThrow(/^unauthorized: incorrect username or password$/);
  const slowDown = JSON.stringify({ errors: [{ code: 'TOOMANYREQUESTS', message: 'no more tokens today' }] });
  registry.fault = ({ target }) => (target.startsWith('/token') ? { refuse: 429, body: slowDown } : undefined);
  await expect(push('app:1')).rejects.toThrow(/^toomanyrequests: no more tokens today$/);
  registry.fault = () => undefined;
  await push('app:1', { username: 'user', password: 'secret' });
  expect(registry.requests.some(({ target }) => target.includes('scope=repository%3Aapp%3Apull%2Cpush'))).toBe(true);
});

/** More than the kernel takes of what a registry does not read. */
const large = layerArchive({ text: 'many words '.repeat(300_000), random: randomBytes(24_000_000) });
const isUpload = ({ method }: { method: string }) => method === 'PATCH';

test('a large layer is sent while it is compressed, and goes on after a cut', async () => {
  await importImage(name('app:1'), large);
  let cuts = 0;
  registry.fault = seen => (isUpload(seen) && cuts++ === 0 ? { cutUploadAfter: 3_000_000 } : undefined);
  const events = await push('app:1');
  expect(verdicts(events)).toEqual(['Pushed']);
  expect(sent().map(({ method }) => method)).toEqual(['PATCH', 'PATCH', 'PUT', 'PUT', 'PUT']);
  const { bytes } = registry.manifests.get('app:1') as { bytes: Buffer };
  const [layer] = (JSON.parse(bytes.toString()) as { layers: { digest: string; size: number }[] }).layers;
  const blob = registry.blobs.get(layer?.digest ?? '') as Buffer;
  expect(blob.length).toBe(layer?.size as number);
  expect(gunzipSync(blob).equals(large)).toBe(true);
  expect(registry.openUploads).toBe(0);
});

test('a registry that turns out to have the layer is spared the rest of it', async () => {
  await importImage(name('app:1'), large);
  await push('app:1');
  await images.remove(name('app:1'), { force: false, prune: true, inUse: () => [] });
  await importImage(name('app:1'), large);
  registry.requests.length = 0;
  registry.fault = seen => (isUpload(seen) ? { stopUploadAfter: 100_000 } : undefined);
  expect(verdicts(await push('app:1'))).toEqual(['Layer already exists']);
  expect(registry.openUploads).toBe(0);
});

test('a push that is given up sends nothing more and leaves nothing, here or there', async () => {
  await importImage(name('app:1'), large);
  const before = readdirSync(join(root, 'content', 'blobs', 'sha256')).sort();
  registry.fault = seen => (isUpload(seen) ? { stopUploadAfter: 100_000 } : undefined);
  const stop = new AbortController();
  const request = { signal: stop.signal };
  const pushing = Array.fromAsync(images.transfers.push(parseReference(name('app:1')), request)).catch(error => error);
  await eventually('bytes come', () => registry.requests.some(isUpload));
  stop.abort();
  expect(errorKind(await pushing)).toBe('cancelled');
  expect(registry.openUploads).toBe(0);
  expect(registry.manifests.size).toBe(0);
  await eventually('nothing is left', () => {
    const blobs = readdirSync(join(root, 'content', 'blobs', 'sha256')).sort();
    return isDeepStrictEqual(blobs, before) && readdirSync(join(root, 'content', 'ingest')).length === 0;
  });
  registry.fault = () => undefined;
  expect(verdicts(await push('app:1'))).toEqual(['Pushed']);
});

test('what the registry says of a layer that is on its way ends the push with its words', async () => {
  await importImage(name('app:1'), large);
  const body = JSON.stringify({ errors: [{ code: 'DENIED', message: 'quota exceeded' }] });
  registry.fault = seen => (isUpload(seen) ? { refuse: 403, body } : undefined);
  await expect(push('app:1')).rejects.toThrow('denied: quota exceeded');
  expect(readdirSync(join(root, 'content', 'ingest'))).toEqual([]);
});
