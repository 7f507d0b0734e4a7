// What is saved comes back as it was, from the same store or another.
import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentStore } from '../../../content/index.ts';
import { Distribution } from '../../../distribution/index.ts';
import { createKernel } from '../../../kernel/index.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { readTar } from '../../../lib/tar/read-tar.ts';
import { type Digest, sha256 } from '../../../oci/digest.ts';
import { openStore } from '../../../store/index.ts';
import { Images } from '../../index.ts';
import { tarOf, twoPlatforms } from '../fixtures/two-platforms.ts';

const kernel = createKernel();
afterAll(() => kernel.close());

interface Place extends AsyncDisposable {
  images: Images;
  content: ContentStore;
}

let root: string;
let place: Place;

async function open(name: string): Promise<Place> {
  const store = openStore(join(root, `${name}.db`));
  const content = new ContentStore(join(root, name, 'content'));
  const platform = { os: 'linux', architecture: 'amd64' };
  const registries = new Distribution({}, { logger: silentLogger });
  const images = new Images(
    { root: join(root, name), platform },
    { kernel, store, content, registries, logger: silentLogger },
  );
  await images.restore({ containers: new Set() });
  const close = async () => {
    await images.close();
    store.close();
  };
  return { images, content, [Symbol.asyncDispose]: close };
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'berth-save-'));
  place = await open('first');
});
afterEach(async () => {
  await place[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

async function* once(bytes: Buffer) {
  yield bytes;
}
const fixture = join(import.meta.dir, '../fixtures/docker-28-save.tar.zst');
const loadFixture = () => Array.fromAsync(place.images.load(createReadStream(fixture)));
const save = async (images: Images, ...names: string[]) =>
  Buffer.concat(await Array.fromAsync(images.save(names).archive));

async function filesOf(archive: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for await (const { entry, body } of readTar(once(archive))) {
    files.set(entry.name, Buffer.concat(await Array.fromAsync(body)));
  }
  return files;
}

test('an archive of Docker, loaded and saved, names the same images by the same digests', async () => {
  await loadFixture();
  const archive = await save(place.images, 'berth-fixture', 'example.org:5000/other/name:tag');
  const files = await filesOf(archive);
  const manifest = JSON.parse(String(files.get('manifest.json')));
  expect(manifest.map((item: { RepoTags: string[] }) => item.RepoTags)).toEqual([
    ['berth-fixture:base'],
    ['berth-fixture:v1', 'example.org:5000/other/name:tag'],
  ]);
  expect(manifest[1].Parent).toBe(place.images.get('berth-fixture:base').id);
  for (const [path, bytes] of files) {
    if (path.startsWith('blobs/sha256/') && !path.endsWith('/'))
      expect(`blobs/${sha256(bytes).replace(':', '/')}`).toBe(path);
  }
  await using other = await open('second');
  await Array.fromAsync(other.images.load(once(archive)));
  for (const image of place.images.list()) expect(other.images.get(image.id)).toMatchObject({ sources: image.sources });
  expect(await save(other.images, 'berth-fixture', 'example.org:5000/other/name:tag')).toEqual(archive);
});

test('the index of several platforms comes back whole, and each platform by itself', async () => {
  const files = twoPlatforms();
  await Array.fromAsync(place.images.load(once(tarOf(files))));
  const original = JSON.parse(String(files['index.json'])).manifests[0].digest;
  const saved = await filesOf(await save(place.images, 'layout:7'));
  const entry = JSON.parse(String(saved.get('index.json'))).manifests[0];
  expect(entry).toMatchObject({
    digest: original,
    annotations: { 'io.containerd.image.name': 'docker.io/library/layout:7', 'org.opencontainers.image.ref.name': '7' },
  });
  const whole = await save(place.images, 'layout:7');
  await using other = await open('second');
  await Array.fromAsync(other.images.load(once(whole)));
  expect(other.images.platforms('layout:7').map(({ id }) => id)).toEqual(
    place.images.platforms('layout:7').map(({ id }) => id),
  );
  const arm = { os: 'linux', architecture: 'arm64' };
  const one = await filesOf(Buffer.concat(await Array.fromAsync(place.images.save(['layout:7'], arm).archive)));
  const [item] = JSON.parse(String(one.get('manifest.json')));
  expect(item.Config).toBe(`blobs/${place.images.get('layout:7', arm).id.replace(':', '/')}`);
  expect([...one.keys()].filter(path => /blobs.sha256.\w/.test(path))).toHaveLength(3);
  expect(() => place.images.save(['layout:7'], { os: 'linux', architecture: 's390x' })).toThrow(
    'no suitable export target found for platform linux/s390x',
  );
});

test('a save ends whole although its image is removed meanwhile, and then nothing is left', async () => {
  await loadFixture();
  const expected = await save(place.images, 'berth-fixture:v1');
  const { archive } = place.images.save(['berth-fixture:v1']);
  const chunks = [(await archive.next()).value as Buffer];
  for (const image of [...place.images.list()].reverse())
    await place.images.remove(image.id, { force: true, prune: false, inUse: () => [] }).catch(() => {});
  for (const image of place.images.list())
    await place.images.remove(image.id, { force: true, prune: false, inUse: () => [] });
  expect(place.images.list()).toEqual([]);
  for await (const chunk of archive) chunks.push(chunk);
  expect(Buffer.concat(chunks)).toEqual(expected);
  place.images.collect();
  await place.images.close();
  expect(place.content.list()).toEqual([]);
});

test('a name that is none says so, in the words of Docker', async () => {
  await loadFixture();
  const refusal = (name: string) => () => place.images.save([name]);
  expect(refusal('nosuch')).toThrow('No such image: nosuch');
  expect(refusal('berth-fixture:nosuch')).toThrow('reference does not exist');
  expect(refusal('Bad')).toThrow('must be lowercase');
  const id = place.images.get('berth-fixture:v1').id as Digest;
  const [item] = JSON.parse(String((await filesOf(await save(place.images, id.slice(7, 19)))).get('manifest.json')));
  expect(item.RepoTags).toBeNull();
});
