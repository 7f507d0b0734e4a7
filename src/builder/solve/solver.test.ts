import { expect, test } from 'bun:test';
import type { SettledLayer } from '../../images/index.ts';
import { sha256 } from '../../oci/digest.ts';
import { openStore } from '../../store/index.ts';
import { CacheStore } from '../cache/cache-store.ts';
import { ImportedSteps } from '../cache/external/imported-steps.ts';
import { createNode, type Node } from '../graph/node.ts';
import type { CopyOperation } from '../graph/operation.ts';
import { ProgressLog } from './progress-log.ts';
import { SharedWork } from './shared-work.ts';
import type { LayersSnapshot } from './snapshot.ts';
import { type Operations, Solver } from './solver.ts';

const settled: SettledLayer = { chainId: sha256('layer'), diffId: sha256('layer'), size: 1, empty: false };
const made: LayersSnapshot = {
  kind: 'layers',
  layers: [{ layer: { directory: '/', settled: Promise.resolve(settled) }, created: new Date() }],
};
const openCache = () =>
  new CacheStore({ store: openStore(':memory:'), images: { builds: { has: () => true } as never } });

/** Solves `node`; returns the solver and the names of the steps that were run. */
async function solve(node: Node, cache: CacheStore): Promise<{ solver: Solver; ran: string[] }> {
  const ran: string[] = [];
  const never = () => Promise.reject(new Error('not in this test'));
  const operations: Operations = {
    contentInputs: ({ op }) => (op.kind === 'copy' ? [1] : []),
    ready: () => Promise.resolve(),
    contentKey: () => Promise.resolve({ digest: sha256('content') }),
    early: never,
    run: ({ op, vertex }) => {
      if (op.kind !== 'scratch') ran.push(vertex.name);
      return Promise.resolve(made);
    },
    isPlain: ({ kind }) => kind === 'scratch',
  };
  const solver = new Solver({
    ...{ cache, operations, fetch: never, isHere: () => false, chain: () => made },
    ...{ fail: () => {}, warn: () => {}, nonce: '' },
    shared: new SharedWork(),
    imports: new ImportedSteps(),
    progress: new ProgressLog(),
    signal: new AbortController().signal,
  });
  await solver.solve(node);
  await solver.settled();
  return { solver, ran };
}

const step = createNode({ op: { kind: 'inline', files: [] }, name: 'step' });

test('a result that could not be written down is no failure of the build, which is told of it', async () => {
  const cache = openCache();
  expect((await solve(step, cache)).solver.isUnrecorded).toBe(false);
  cache.delete(cache.list()[0]?.key ?? '');
  cache.put = () => {
    throw new Error('database or disk is full');
  };
  expect((await solve(step, cache)).solver.isUnrecorded).toBe(true);
});

test('a stage that is copied from is not run for a copy whose result is known', async () => {
  const scratch = createNode({ op: { kind: 'scratch' }, name: 'scratch' });
  const op: CopyOperation = {
    ...{ kind: 'copy', parts: [{ input: 1, sources: ['/'], unpack: false }], destination: '/' },
    ...{ chown: undefined, chmod: undefined, parents: false, exclude: [] },
  };
  const copy = createNode({ op, inputs: [scratch, step], name: 'copy' });
  const cache = openCache();
  expect((await solve(copy, cache)).ran).toEqual(['step', 'copy']);
  expect((await solve(copy, cache)).ran).toEqual([]);
  for (const { key, record } of cache.list()) if (record.description === 'step') cache.delete(key);
  expect((await solve(copy, cache)).ran).toEqual([]);
});
