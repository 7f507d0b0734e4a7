import { expect, test } from 'bun:test';
import { silentLogger as logger } from '../../lib/logger.ts';
import type { PruneOptions } from '../usage.ts';
import { CacheCollector, type CollectionSettings } from './cache-collector.ts';

function collector(settings: CollectionSettings = {}) {
  const asked: PruneOptions[] = [];
  const prune = (o: PruneOptions) => {
    asked.push(o);
    return Promise.resolve({ deleted: [], reclaimed: 0 });
  };
  return { asked, collector: new CacheCollector(settings, { root: '/', logger, prune }) };
}

test('what was not used for long goes, then what is too much', async () => {
  const { asked, collector: one } = collector();
  one.afterBuild();
  one.afterBuild();
  await one.settled();
  expect(asked.map(({ filters }) => filters)).toEqual([
    { 'type~': ['^(?:source\\.local|exec\\.cachemount|source\\.git\\.checkout)$'], 'unused-for': ['172800s'] },
    { 'unused-for': ['5184000s'] },
    {},
    {},
  ]);
  expect(asked[1]).toMatchObject({ all: true, reservedSpace: 0, maxUsedSpace: 0, minFreeSpace: 0 });
  expect(asked.slice(2).map(({ all }) => all)).toEqual([false, true]);
  expect(asked[3]?.maxUsedSpace).toBeGreaterThan(5.9 * (asked[3]?.reservedSpace ?? 0));
});

test('it comes again when the interval is over', async () => {
  const { asked, collector: one } = collector({ interval: 0 });
  one.afterBuild();
  one.afterBuild();
  await one.settled();
  expect(asked).toHaveLength(8);
});

test('rules that are given hold instead, a reserve changes the defaults, and it can be off', async () => {
  const rule = { all: true, keepDuration: 0, reservedSpace: 7, maxUsedSpace: 0, minFreeSpace: 0 };
  const { asked, collector: own } = collector({ rules: [{ ...rule, filters: ['unused-for=1h', 'type==regular'] }] });
  own.afterBuild();
  await own.settled();
  expect(asked).toEqual([
    {
      all: true,
      filters: { 'unused-for': ['1h'], 'type~': ['^(?:regular)$'] },
      ...{ reservedSpace: 7, maxUsedSpace: 0, minFreeSpace: 0 },
    },
  ]);
  expect(collector({ reserve: 1000 }).collector.rules()[3]?.reservedSpace).toBe(1000);
  expect(collector({ enabled: false }).collector.rules()).toEqual([]);
});
