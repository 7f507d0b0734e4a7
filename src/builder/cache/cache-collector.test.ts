import { expect, test } from 'bun:test';
import { silentLogger as logger } from '../../lib/logger.ts';
import type { PruneOptions } from '../usage.ts';
import { CacheCollector, defaultPolicy } from './cache-collector.ts';

function collector(policy = defaultPolicy) {
  const asked: PruneOptions[] = [];
  const prune = (o: PruneOptions) => {
    asked.push(o);
    return Promise.resolve({ deleted: [], reclaimed: 0 });
  };
  return { asked, collector: new CacheCollector(policy, { root: '/', logger, prune }) };
}

test('what was not used for long goes, then what is too much', async () => {
  const { asked, collector: one } = collector();
  one.afterBuild();
  one.afterBuild();
  await one.settled();
  expect(asked).toHaveLength(2);
  expect(asked[0]?.filters).toEqual({ 'unused-for': ['5184000s'] });
  expect(asked[1]?.maxUsedSpace).toBe(6 * (asked[1]?.reservedSpace ?? 0));
});

test('it comes again when the interval is over', async () => {
  const { asked, collector: one } = collector({ ...defaultPolicy, interval: 0 });
  one.afterBuild();
  one.afterBuild();
  await one.settled();
  expect(asked).toHaveLength(4);
});
