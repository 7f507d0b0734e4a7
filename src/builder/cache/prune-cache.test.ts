import { expect, test } from 'bun:test';
import type { Images } from '../../images/index.ts';
import { openStore } from '../../store/index.ts';
import { CacheStore } from './cache-store.ts';
import { pruneCache, spaceToKeep } from './prune-cache.ts';

const size = 100;
const keyOf = (number: number) => `sha256:${String(number).padStart(25, '0')}${'0'.repeat(39)}`;

/** A cache with so many steps, the last one used last, and how often all of it was listed. */
function cacheWith(steps: number) {
  const builds = { has: () => true, chainIds: () => [] } as Partial<Images['builds']> as Images['builds'];
  const images = { builds, list: () => [], collect: () => {} } as Partial<Images> as Images;
  const cache = new CacheStore({ store: openStore(':memory:'), images });
  for (let n = 0; n < steps; n++) {
    const used = { createdAt: n, lastUsedAt: n, usageCount: 1 };
    cache.put(keyOf(n), {
      result: keyOf(n),
      chain: 'sha256:aa',
      times: [],
      description: '',
      parents: [],
      size,
      ...used,
    });
  }
  let listed = 0;
  const list = cache.list.bind(cache);
  cache.list = () => {
    listed++;
    return list();
  };
  const nothing = { list: () => [] };
  const sources = { mirrors: nothing, repositories: nothing } as never;
  const deps = { cache, images, sources, cacheMounts: nothing as never, diskUsage: async () => 0, root: '/' };
  return { deps, left: () => list().map(({ record }) => record.createdAt), listed: () => listed };
}

test('what was used least recently goes until little enough is left, and a large cache is not read again for each', async () => {
  const { deps, left, listed } = cacheWith(50);
  const { deleted, reclaimed } = await pruneCache({ maxUsedSpace: 250 }, deps);
  expect([deleted.length, reclaimed, left()]).toEqual([48, 4800, [48, 49]]);
  expect(listed()).toBeLessThan(5);
});

test('without limits everything goes that passes the filters', async () => {
  const { deps, left } = cacheWith(5);
  expect((await pruneCache({ filters: { id: [keyOf(3).slice(7, 32)] } }, deps)).deleted).toHaveLength(1);
  expect(left()).toEqual([0, 1, 2, 4]);
  for (const filter of ['constructor', 'nothing'])
    expect(String(await pruneCache({ filters: { [filter]: ['x'] } }, deps).catch((error: unknown) => error))).toContain(
      `invalid filter '${filter}'`,
    );
  await pruneCache({}, deps);
  expect(left()).toEqual([]);
});

test('no more goes than gives the disk the room it needs, and none of the reserve', () => {
  const now = { total: 1000, free: 200 };
  expect(spaceToKeep({}, now)).toBeUndefined();
  expect(spaceToKeep({ minFreeSpace: 300 }, now)).toBe(900);
  expect(spaceToKeep({ minFreeSpace: 100 }, now)).toBe(1000);
  expect(spaceToKeep({ minFreeSpace: 900, reservedSpace: 400 }, now)).toBe(400);
  expect(spaceToKeep({ minFreeSpace: 300, maxUsedSpace: 600 }, now)).toBe(600);
  expect(spaceToKeep({ reservedSpace: 70 }, now)).toBe(70);
});
