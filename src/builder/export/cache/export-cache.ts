// `--cache-to`: what a build knows of its steps, with their layers, for other engines.
import { Limiter } from '../../../lib/concurrency/limiter.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import type { CacheStore } from '../../cache/cache-store.ts';
import { inlineCacheKey } from '../../cache/external/cache-config.ts';
import type { Node } from '../../graph/node.ts';
import type { LayersSnapshot } from '../../solve/snapshot.ts';
import type { Solver } from '../../solve/solver.ts';
import type { ExportContext, SolvedPlatform } from '../export-context.ts';
import type { ExportReport } from '../export-progress.ts';
import { told } from '../export-progress.ts';
import { KnownBlobs } from '../known-blobs.ts';
import { cacheDocuments } from './cache-manifest.ts';
import type { CacheOptions } from './cache-options.ts';
import { type CacheTarget, inMemory } from './cache-target.ts';
import { describeCache, describeInline, type LayeredStep, onlyThese } from './describe-cache.ts';
import { type CacheBlob, type StepLayer, stepLayers } from './step-layers.ts';

interface CacheExportContext extends Pick<ExportContext, 'images' | 'lease' | 'signal'> {
  readonly cache: CacheStore;
  readonly solver: Solver;
  readonly report: ExportReport;
}

/** Blobs that are sent at a time. */
const parallel = 3;

/** Returns what an index shall name. Throws what the target refuses. */
export async function exportCache(
  target: CacheTarget,
  solved: readonly SolvedPlatform[],
  options: CacheOptions,
  o: CacheExportContext,
): Promise<Descriptor> {
  const { report, signal, lease } = o;
  const form = { ...options, lease, signal };
  const steps = await told(report, 'preparing build cache for export', async () => {
    const nodes = solved.map(({ state }) => state.node);
    // What lies elsewhere can only be compressed anew when it is here.
    const all = await layeredSteps(nodes, { ...o, here: options.forceCompression });
    return options.all ? all : ofResults(all, await Promise.all(solved.map(({ snapshot }) => diffIds(snapshot))));
  });
  const described = await describeCache(steps, layer => layer.blob(form));
  const { config, manifest } = cacheDocuments(described, options);
  await sendAll(
    described.blobs.map(({ blob }) => blob),
    target,
    o,
  );
  await told(report, `writing config ${config.descriptor.digest}`, () => target.blob(inMemory(config), signal));
  const name = options.asImage ? 'cache image manifest' : 'cache manifest';
  await told(report, `writing ${name} ${manifest.descriptor.digest}`, () => target.manifest(manifest, signal));
  return manifest.descriptor;
}

/** `--cache-to type=inline`: what the configuration of the image says of the steps it is the result of. */
export async function inlineCache(
  node: Node,
  snapshot: LayersSnapshot,
  o: Pick<CacheExportContext, 'images' | 'cache' | 'solver'>,
): Promise<Record<string, string>> {
  const result = { key: '', quick: undefined, id: '', parents: [], inputs: [], result: snapshot };
  const image = await stepLayers(result, o.images, new KnownBlobs(o));
  const records = describeInline(await layeredSteps([node], o), image);
  return { [inlineCacheKey]: Buffer.from(JSON.stringify(records)).toString('base64') };
}

async function layeredSteps(
  nodes: readonly Node[],
  { solver, here = false, ...o }: Pick<CacheExportContext, 'images' | 'cache' | 'solver'> & { here?: boolean },
): Promise<LayeredStep[]> {
  const known = new KnownBlobs(o);
  const steps = await solver.steps(nodes, { here });
  return await Promise.all(steps.map(async step => ({ step, layers: await stepLayers(step, o.images, known) })));
}

/** The steps all of whose layers one of the results has. */
function ofResults(steps: readonly LayeredStep[], results: readonly ReadonlySet<string>[]): LayeredStep[] {
  const isWithin = (layers: readonly StepLayer[]) =>
    results.some(result => layers.every(({ diffId }) => result.has(diffId)));
  return onlyThese(
    steps.filter(({ layers }) => isWithin(layers)),
    steps,
  );
}

async function diffIds({ layers }: LayersSnapshot): Promise<Set<string>> {
  const settled = await Promise.all(layers.map(({ layer }) => layer.settled));
  return new Set(settled.map(({ diffId }) => diffId));
}

/** Each blob once, whoever has it. */
async function sendAll(blobs: readonly CacheBlob[], target: CacheTarget, o: CacheExportContext): Promise<void> {
  const slots = new Limiter(parallel);
  const each = new Map(blobs.map(blob => [blob.descriptor.digest, blob]));
  const stop = new AbortController();
  const signal = AbortSignal.any([o.signal, stop.signal]);
  const sending = [...each].map(async ([digest, blob]) => {
    using _slot = await slots.acquire(signal);
    await told(o.report, `writing layer ${digest}`, () => target.blob(blob, signal));
  });
  try {
    await Promise.all(sending);
  } finally {
    stop.abort();
    await Promise.allSettled(sending);
  }
}
