// The layers of a step as a cache has to have them: by what they are, and as blobs on their way out.
import type { FetchableLayer, Images, LayerForm, LayerStack } from '../../../images/index.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import { chainIds, type Digest } from '../../../oci/digest.ts';
import type { LayersSnapshot } from '../../solve/snapshot.ts';
import type { SolvedStep } from '../../solve/solved-step.ts';
import type { KnownBlobs } from '../known-blobs.ts';

export interface StepLayer {
  readonly chainId: Digest;
  readonly diffId: Digest;
  /** Milliseconds since 1970; of layers that builds made. */
  readonly time: number | undefined;
  /** The blob, compressed now if it has to be. */
  blob(form: LayerForm): Promise<CacheBlob>;
}

export interface CacheBlob {
  readonly descriptor: Descriptor;
  readonly open: FetchableLayer['open'];
}

/** Bottom first. Waits until layers that are being packed have their names. */
export async function stepLayers({ result }: SolvedStep, images: Images, known: KnownBlobs): Promise<StepLayer[]> {
  if ('kind' in result) return await localLayers(result, images, known);
  const chain = chainIds(result.layers.map(({ diffId }) => diffId));
  const lowest = result.layers.length - result.times.length;
  return result.layers.map((layer, at) => ({
    chainId: chain[at] as Digest,
    diffId: layer.diffId,
    time: at < lowest ? undefined : result.times[result.layers.length - 1 - at],
    // What lies elsewhere goes on as it is.
    blob: () => Promise.resolve({ descriptor: layer.descriptor, open: layer.open }),
  }));
}

async function localLayers(snapshot: LayersSnapshot, images: Images, known: KnownBlobs): Promise<StepLayer[]> {
  const settled = await Promise.all(snapshot.layers.map(({ layer }) => layer.settled));
  const stack: LayerStack = {
    layers: settled.map(layer => known.of(layer)),
    diffIds: settled.map(({ diffId }) => diffId),
    chainIds: settled.map(({ chainId }) => chainId),
    sources: [],
  };
  return settled.map(({ chainId, diffId }, at) => ({
    chainId,
    diffId,
    time: snapshot.layers[at]?.created?.getTime(),
    async blob(form) {
      const descriptor = await images.built.layers.blob(stack, at, form);
      known.remember(chainId, descriptor);
      return { descriptor, open: () => images.built.layers.read(descriptor.digest) };
    },
  }));
}
