import { expect, test } from 'bun:test';
import type { SettledLayer } from '../../images/index.ts';
import { sha256 } from '../../oci/digest.ts';
import { openStore } from '../../store/index.ts';
import { CacheStore } from '../cache/cache-store.ts';
import { ImportedSteps } from '../cache/external/imported-steps.ts';
import { createNode } from '../graph/node.ts';
import { ProgressLog } from './progress-log.ts';
import { SharedWork } from './shared-work.ts';
import type { LayersSnapshot } from './snapshot.ts';
import { type Operations, Solver } from './solver.ts';

const settled: SettledLayer = { chainId: sha256('layer'), diffId: sha256('layer'), size: 1, empty: false };
const made: LayersSnapshot = {
  kind: 'layers',
  layers: [{ layer: { directory: '/', settled: Promise.resolve(settled) }, created: new Date() }],
};
const never = () => Promise.reject(new Error('not in this test'));
const operations: Operations = {
  contentInputs: () => [],
  ready: never,
  contentKey: never,
  early: never,
  run: () => Promise.resolve(made),
  isPlain: ({ kind }) => kind === 'scratch',
};

/** Solves one step upon nothing; `put` is how its result is written down. */
async function solveOne(put: () => void): Promise<Solver> {
  const store = openStore(':memory:');
  const cache = new CacheStore({ store, images: { builds: { has: () => false } as never } });
  cache.put = put;
  const solver = new Solver({
    ...{ cache, operations, fetch: never, isHere: () => false, chain: () => made },
    ...{ fail: () => {}, warn: () => {}, nonce: '' },
    shared: new SharedWork(),
    imports: new ImportedSteps(),
    progress: new ProgressLog(),
    signal: new AbortController().signal,
  });
  await solver.solve(createNode({ op: { kind: 'inline', files: [] }, name: 'step' }));
  await solver.settled();
  store.close();
  return solver;
}

test('a result that could not be written down is no failure of the build, which is told of it', async () => {
  let written = 0;
  const well = await solveOne(() => void written++);
  expect([well.isUnrecorded, written]).toEqual([false, 1]);
  const full = await solveOne(() => {
    throw new Error('database or disk is full');
  });
  expect(full.isUnrecorded).toBe(true);
});
