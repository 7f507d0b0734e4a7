// A process that loads, removes and makes container layers is killed at random moments; the next one finds sound state.
import { afterAll, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentStore } from '../content/index.ts';
import { Distribution } from '../distribution/index.ts';
import { createKernel } from '../kernel/index.ts';
import { silentLogger } from '../lib/logger.ts';
import { sha256 } from '../oci/digest.ts';
import { openStore } from '../store/index.ts';
import { Images } from './index.ts';

const kernel = createKernel();
const root = mkdtempSync(join(tmpdir(), 'berth-images-crash-'));
afterAll(() => {
  for (const { target } of kernel.mounts.list())
    if (target.startsWith(root)) kernel.mounts.unmount(target, { lazy: true });
  kernel.close();
  rmSync(root, { recursive: true, force: true });
});

const registries = new Distribution({}, { logger: silentLogger });
const rounds = 12;
const longest = 250;

const program = `
  import { createReadStream } from 'node:fs';
  import { Images } from ${JSON.stringify(join(import.meta.dir, 'index.ts'))};
  import { ContentStore } from ${JSON.stringify(join(import.meta.dir, '../content/index.ts'))};
  import { Distribution } from ${JSON.stringify(join(import.meta.dir, '../distribution/index.ts'))};
  import { createKernel } from ${JSON.stringify(join(import.meta.dir, '../kernel/index.ts'))};
  import { openStore } from ${JSON.stringify(join(import.meta.dir, '../store/index.ts'))};
  import { silentLogger } from ${JSON.stringify(join(import.meta.dir, '../lib/logger.ts'))};
  const root = ${JSON.stringify(root)};
  const content = new ContentStore(root + '/content');
  const registries = new Distribution({}, { logger: silentLogger });
  const images = new Images({ root }, { kernel: createKernel(), store: openStore(root + '/berth.db'), content, registries, logger: silentLogger });
  await images.restore({ containers: new Set() });
  process.stdout.write('ready');
  for (let n = 0; ; n++) {
    for await (const _ of images.load(createReadStream(${JSON.stringify(join(import.meta.dir, 'archive/fixtures/docker-28-save.tar.zst'))})));
    images.createContainerLayer('c' + n, images.get('berth-fixture:v1').id);
    images.mountRootfs('c' + n);
    if (n > 0) await images.removeContainerLayer('c' + (n - 1));
    for (const image of images.list()) await images.remove(image.id, { force: true, prune: true, inUse: () => [] }).catch(() => {});
  }`;

/** Starts the program and kills it some time after it began to work. */
async function killOnce(delay: number): Promise<void> {
  const child = Bun.spawn([process.execPath, '-e', program], { stdout: 'pipe', stderr: 'inherit' });
  const reader = child.stdout.getReader();
  await reader.read();
  await Bun.sleep(delay);
  child.kill('SIGKILL');
  await child.exited;
}

test('killed anywhere, nothing is broken and nothing is left', async () => {
  for (let round = 0; round < rounds; round++) {
    await killOnce(Math.floor(Math.random() * longest));
    const store = openStore(join(root, 'berth.db'));
    const content = new ContentStore(join(root, 'content'));
    const images = new Images({ root }, { kernel, store, content, registries, logger: silentLogger });
    const kept = images.containerLayers().slice(-1);
    await images.restore({ containers: new Set(kept) });
    await images.close();
    for (const id of kept) {
      expect(readdirSync(images.mountRootfs(id))).toContain('replaced');
      await images.removeContainerLayer(id);
    }
    const childrenFirst = images.list().sort((a, b) => Number(a.parent === undefined) - Number(b.parent === undefined));
    for (const image of childrenFirst) {
      for (const { digest } of image.layers) expect(sha256(await content.bytes(digest))).toBe(digest);
      images.createContainerLayer('probe', image.id);
      expect(existsSync(join(images.mountRootfs('probe'), 'bin/hello'))).toBe(true);
      await images.removeContainerLayer('probe');
      await images.remove(image.id, { force: true, prune: false, inUse: () => [] });
    }
    await images.close();
    expect(content.list()).toEqual([]);
    expect(readdirSync(join(root, 'layers'))).toEqual([]);
    expect(readdirSync(join(root, 'rw'))).toEqual(['init']);
    expect(kernel.mounts.list().filter(({ target }) => target.startsWith(root))).toEqual([]);
    store.close();
  }
}, 60_000);
