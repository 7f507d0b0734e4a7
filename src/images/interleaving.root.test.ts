// Loads, imports, saves, tags and removals in an order that chance decides: whatever has a name is whole, the rest is gone.
import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test';
import { createReadStream, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Seeded } from '../../test/support/seeded.ts';
import { ContentStore } from '../content/index.ts';
import { Distribution } from '../distribution/index.ts';
import { createKernel } from '../kernel/index.ts';
import { errorKind } from '../lib/errors.ts';
import { silentLogger } from '../lib/logger.ts';
import { sha256 } from '../oci/digest.ts';
import { openStore, type Store } from '../store/index.ts';
import { tarOf, twoPlatforms } from './archive/fixtures/two-platforms.ts';
import { Images } from './index.ts';

const kernel = createKernel();
afterAll(() => kernel.close());

let root: string;
let store: Store;
let content: ContentStore;
let images: Images;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'berth-interleaving-'));
  store = openStore(join(root, 'berth.db'));
  content = new ContentStore(join(root, 'content'));
  const registries = new Distribution({}, { logger: silentLogger });
  const platform = { os: 'linux', architecture: 'amd64' };
  images = new Images({ root, platform }, { kernel, store, content, registries, logger: silentLogger });
  await images.restore({ containers: new Set() });
});
afterEach(async () => {
  await images.close();
  store.close();
  rmSync(root, { recursive: true, force: true });
});

const fixture = join(import.meta.dir, 'archive/fixtures/docker-28-save.tar.zst');
const layout = tarOf(twoPlatforms());
const names = ['berth-fixture:base', 'berth-fixture:v1', 'layout:7', 'made:0', 'made:1'];

async function* once(bytes: Buffer) {
  yield bytes;
}

/** Removed meanwhile, or not there yet: fine. Anything else is not. */
async function tolerate(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (errorKind(error) !== 'not-found' && errorKind(error) !== 'conflict') throw error;
  }
}

async function save(name: string): Promise<void> {
  const { archive } = images.save([name]);
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk);
  expect(chunks.length).toBeGreaterThan(3);
}

test('whatever happens at the same time, what has a record is whole and nothing else stays', async () => {
  const random = new Seeded(7);
  const works: (() => Promise<unknown>)[] = [
    () => Array.fromAsync(images.load(createReadStream(fixture))),
    () => Array.fromAsync(images.load(once(layout))),
    () => images.import(once(tarOf({ x: 'x' })), { reference: `made:${random.between(0, 1)}`, changes: {} }),
    () => save(random.pick(names)),
    async () => images.tag(random.pick(names), random.pick(names)),
    () => images.remove(random.pick(names), { force: random.next() < 0.5, prune: true, inUse: () => [] }),
    () => images.remove(random.pick(names), { force: true, prune: true, inUse: () => [] }),
    async () => images.collect(),
  ];
  for (let round = 0; round < 8; round++) {
    const lane = async () => {
      for (let step = 0; step < 4; step++) await tolerate(random.pick(works));
    };
    await Promise.all([lane(), lane(), lane(), lane()]);
    for (const { id } of images.list()) {
      for (const image of images.platforms(id)) {
        for (const { digest } of image.layers) expect(sha256(await content.bytes(digest))).toBe(digest);
        for (const source of image.sources) expect(content.has((source.index ?? source.manifest).digest)).toBe(true);
        images.createContainerLayer('probe', image.id);
        expect(existsSync(images.mountRootfs('probe'))).toBe(true);
        await images.removeContainerLayer('probe');
      }
    }
  }
  for (let left = images.list(); left.length > 0; left = images.list()) {
    for (const { id } of left) {
      await tolerate(() => images.remove(id, { force: true, prune: true, inUse: () => [] }));
    }
  }
  images.collect();
  await images.close();
  expect(content.list()).toEqual([]);
  expect(readdirSync(join(root, 'layers'))).toEqual([]);
}, 60_000);
