// The inline cache: an image's own configuration says which steps its layers are the results of.
import type { Image } from '../../images/index.ts';
import type { Node } from '../graph/node.ts';
import type { Solver } from '../solve/solver.ts';
import type { CacheStore } from './cache-store.ts';

/** The key of the configuration it stands under. */
export const inlineCacheKey = 'berth.build.cache.v0';

/** A step: its keys, and that its result is the first `layers` layers of the image. */
interface InlineStep {
  readonly key: string;
  readonly quick?: string;
  readonly result: string;
  readonly layers: number;
  /** Of the layers that builds made, top first, in milliseconds since 1970. */
  readonly times: readonly number[];
}

/** What the configuration of the image shall say. */
export async function describeInline(solver: Solver, node: Node): Promise<{ version: 0; steps: InlineStep[] }> {
  const lineage = await solver.lineage(node);
  const steps = lineage.map(({ key, quick, id, snapshot }) => ({
    key,
    ...(quick !== undefined && quick !== key && { quick }),
    result: id,
    layers: snapshot.layers.length,
    times: snapshot.layers.flatMap(({ created }) => (created ? [created.getTime()] : [])).reverse(),
  }));
  return { version: 0, steps };
}

/** Takes over what an image says of its layers, which are here; returns how many steps that are. */
export function importInline(image: Image, cache: CacheStore): number {
  const now = Date.now();
  let count = 0;
  for (const step of readSteps(image)) {
    const chain = image.chainIds[step.layers - 1];
    if (chain === undefined || cache.find(step.key)) continue;
    cache.put(step.key, {
      ...{ result: step.result, chain, times: step.times, parents: [], createdAt: now, lastUsedAt: now },
      description: `imported from ${image.tags[0] ?? image.id}`,
      size: image.layerSizes[step.layers - 1] ?? 0,
      usageCount: 0,
      imported: true,
    });
    if (step.quick !== undefined) cache.putAlias(step.quick, step.key);
    count++;
  }
  return count;
}

/** Foreign input: what is not as it should be is passed over. */
function readSteps(image: Image): InlineStep[] {
  const found = (image.config as unknown as Record<string, unknown>)[inlineCacheKey];
  const steps = typeof found === 'object' && found !== null && 'steps' in found ? found.steps : undefined;
  return Array.isArray(steps) ? steps.filter(isStep) : [];
}

function isStep(value: unknown): value is InlineStep {
  if (typeof value !== 'object' || value === null) return false;
  const { key, result, layers, times, quick } = value as Record<string, unknown>;
  const isText = (text: unknown) => typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text);
  const hasTimes = Array.isArray(times) && times.every(time => Number.isFinite(time));
  return (
    isText(key) && isText(result) && Number.isInteger(layers) && hasTimes && (quick === undefined || isText(quick))
  );
}
