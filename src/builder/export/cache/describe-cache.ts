// Steps as records of an external cache.
import type { CacheConfig, ConfigLayer, ConfigRecord } from '../../cache/external/cache-config.ts';
import type { SolvedStep } from '../../solve/solved-step.ts';
import type { CacheBlob, StepLayer } from './step-layers.ts';

/** A step with its layers, bottom first. */
export interface LayeredStep {
  readonly step: SolvedStep;
  readonly layers: readonly StepLayer[];
}

/** A configuration, and the blobs of its layers by their numbers. */
export interface DescribedCache {
  readonly config: CacheConfig;
  readonly blobs: readonly { readonly layer: StepLayer; readonly blob: CacheBlob }[];
}

/** For a manifest of its own. `blobOf` is asked once for each layer. */
export async function describeCache(
  steps: readonly LayeredStep[],
  blobOf: (layer: StepLayer) => Promise<CacheBlob>,
): Promise<DescribedCache> {
  const numbers = new Map<string, number>();
  const layers: ConfigLayer[] = [];
  const blobs: { layer: StepLayer; blob: CacheBlob }[] = [];
  for (const { layers: chain } of steps) {
    let parent = -1;
    for (const layer of chain) {
      const known = numbers.get(layer.chainId);
      const number = known ?? layers.length;
      if (known === undefined) {
        const blob = await blobOf(layer);
        numbers.set(layer.chainId, number);
        layers.push({ blob: blob.descriptor.digest, parent });
        blobs.push({ layer, blob });
      }
      parent = number;
    }
  }
  const records = describeRecords(steps, chain => {
    const top = chain.at(-1);
    return top === undefined ? {} : { layers: [{ layer: numbers.get(top.chainId) as number, ...createdAt(top) }] };
  });
  return { config: { layers, records }, blobs };
}

/** For the configuration of an image with these layers: only the steps that they are the results of. */
export function describeInline(steps: readonly LayeredStep[], image: readonly StepLayer[]): ConfigRecord[] {
  const numbers = new Map(image.map(({ diffId }, at) => [diffId, at]));
  const within = steps.filter(({ layers }) => layers.every(({ diffId }) => numbers.has(diffId)));
  return describeRecords(onlyThese(within, steps), chain => {
    const found = chain.map(({ diffId }, at) => (image[at]?.diffId === diffId ? at : (numbers.get(diffId) as number)));
    const top = chain.at(-1);
    if (top === undefined) return {};
    const isPrefix = found.every((number, at) => number === at);
    if (isPrefix) return { layers: [{ layer: found.length - 1, ...createdAt(top) }] };
    return { chains: [{ layers: found, ...createdAt(top) }] };
  });
}

/** Some of the steps, with inputs that lead to those of them that come next. */
export function onlyThese(some: readonly LayeredStep[], all: readonly LayeredStep[]): LayeredStep[] {
  const numbers = new Map(some.map(({ step }, number) => [step, number]));
  const found: (readonly number[])[] = [];
  // Inputs come before what was made of them, so theirs are found already.
  for (const { step } of all) {
    const own = numbers.get(step);
    found.push(own === undefined ? [...new Set(step.inputs.flat().flatMap(at => found[at] ?? []))] : [own]);
  }
  const nearest = (number: number) => found[number] ?? [];
  return some.map(({ step, layers }) => {
    const inputs = step.inputs.map(input => [...new Set(input.flatMap(nearest))]).filter(input => input.length > 0);
    return { layers, step: { ...step, inputs } };
  });
}

function describeRecords(
  steps: readonly LayeredStep[],
  resultOf: (chain: readonly StepLayer[]) => Pick<ConfigRecord, 'layers' | 'chains'>,
): ConfigRecord[] {
  return steps.map(({ step: { key, quick, id, parents, inputs }, layers }) => ({
    ...resultOf(layers),
    digest: key,
    ...(inputs.length > 0 && { inputs: inputs.map(input => input.map(link => ({ link }))) }),
    berth: {
      ...(quick !== undefined && quick !== key && { quick }),
      result: id,
      parents,
      times: layers.flatMap(({ time }) => time ?? []).reverse(),
    },
  }));
}

const createdAt = ({ time }: StepLayer) => (time === undefined ? {} : { createdAt: new Date(time).toISOString() });
