// A solved stage as an image of the local store.
import type { Image, Images, Lease, SettledLayer } from '../../images/index.ts';
import { type Descriptor, mediaTypes } from '../../oci/descriptor.ts';
import type { StageState } from '../graph/stage-state.ts';
import type { LayersSnapshot } from '../solve/snapshot.ts';
import { type ImageConfigOptions, imageConfig } from './image-config.ts';

/** Layers and configuration of one platform, known by their digests, not stored yet. */
export interface FinishedImage {
  readonly config: Buffer;
  readonly layers: readonly SettledLayer[];
}

/** Waits until every layer is packed. Throws what packing threw. */
export async function finishImage(
  state: StageState,
  snapshot: LayersSnapshot,
  o: ImageConfigOptions,
): Promise<FinishedImage> {
  const layers = await Promise.all(snapshot.layers.map(({ layer }) => layer.settled));
  const exported = layers.map(({ diffId }, index) => ({ diffId, created: snapshot.layers[index]?.created }));
  return { config: imageConfig(state, exported, o), layers };
}

/** Records it under its names; its blobs are made when somebody wants them. */
export async function storeImage(
  image: FinishedImage,
  names: readonly string[],
  o: { images: Images; lease: Lease; signal: AbortSignal },
): Promise<Image> {
  const known = knownBlobs(o.images);
  const layers = image.layers.map(layer => known.get(layer.chainId) ?? plainLayer(layer));
  return await o.images.addBuilt({ config: image.config, layers }, names, { lease: o.lease, signal: o.signal });
}

/** The blobs that layers of other images came in: of base images above all. */
function knownBlobs(images: Images): Map<string, Descriptor> {
  return new Map(
    images
      .list()
      .flatMap(image => image.chainIds.map((chainId, index) => [chainId, image.layers[index] as Descriptor])),
  );
}

function plainLayer({ diffId, archiveSize, size }: SettledLayer): Descriptor {
  return { mediaType: mediaTypes.ociLayer, digest: diffId, size: archiveSize ?? size };
}
