import { afterEach, beforeEach, expect, test } from 'bun:test';
import type { Image } from '../../images/index.ts';
import { createTestEngine, outcome, type TestEngine } from '../testing/test-engine.ts';
import { createVolume } from '../volumes/volumes.ts';
import { measureDiskUsage } from './disk-usage.ts';

let own: TestEngine;
beforeEach(async () => {
  own = await createTestEngine();
});
afterEach(() => own.close());

function give(image: Image, layers: Record<string, number>): void {
  image.chainIds = Object.keys(layers) as Image['chainIds'];
  image.layerSizes = Object.values(layers);
  image.size = image.layerSizes.reduce((sum, size) => sum + size, 0);
}

test('layers that images share count once, and are told apart', async () => {
  give(own.images.get('app'), { base: 100, app: 20 });
  give(own.images.put('other:latest', {}), { base: 100, other: 3 });
  const { LayersSize, Images } = await measureDiskUsage(own.engine);
  expect(LayersSize).toBe(123);
  const shown = Images?.map(image => [image.RepoTags?.[0], image.Size, image.SharedSize]);
  expect(shown?.sort()).toEqual([
    ['app:latest', 120, 100],
    ['other:latest', 103, 100],
  ]);
});

test('volumes have a size and their users, containers their sizes', async () => {
  createVolume(own.engine, { Name: 'lonely' });
  for (const name of ['one', 'two']) await own.create({ HostConfig: { Binds: ['data:/a', 'data:/b'] } }, name);
  const { Volumes, Containers, BuildCache } = await measureDiskUsage(own.engine);
  expect(Volumes?.map(volume => [volume.Name, volume.UsageData])).toEqual([
    ['data', { RefCount: 2, Size: 42 }],
    ['lonely', { RefCount: 0, Size: 42 }],
  ]);
  expect(Containers?.map(container => container.SizeRw)).toEqual([42, 42]);
  expect(BuildCache).toEqual([]);
});

test('only what is asked for is measured', async () => {
  expect(await measureDiskUsage(own.engine, { types: ['volume', 'build-cache'] })).toEqual({
    LayersSize: 0,
    Images: null,
    Containers: null,
    Volumes: [],
    BuildCache: [],
  });
  expect(await outcome(() => measureDiskUsage(own.engine, { types: ['bogus'] }))).toBe(
    'invalid: unknown object type: bogus',
  );
});
