// Makes an image out of a configuration and the blobs of its layers: the end of every load, import and pull.
import type { ContentStore } from '../../content/index.ts';
import { invalid } from '../../lib/errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { chainIds, type Digest, sha256, shortId } from '../../oci/digest.ts';
import { parseImageConfig } from '../../oci/image-config.ts';
import type { LoadEvent } from '../image.ts';
import type { LayerStore } from '../layers/layer-store.ts';
import type { ImageRecords } from './image-records.ts';

export interface RegisterDeps {
  content: ContentStore;
  layers: LayerStore;
  records: ImageRecords;
}

export interface NewImage {
  /** The configuration blob: its digest becomes the id of the image. */
  config: Uint8Array;
  /** Blobs in the content store, bottom first, one per diff id. */
  layers: Descriptor[];
  parent?: Digest;
}

/**
 * Extracts the layers that are missing, then writes the record; returns the id. Yields news of each layer. An image
 * that is there already is left as it is. Throws `invalid` when layers and configuration do not fit together.
 */
export async function* registerImage(
  image: NewImage,
  { content, layers, records }: RegisterDeps,
  signal?: AbortSignal,
): AsyncGenerator<LoadEvent, Digest> {
  const diffIds = parseImageConfig(image.config).rootfs.diff_ids;
  if (diffIds.length !== image.layers.length) {
    throw invalid(`invalid manifest, layers length mismatch: expected ${diffIds.length}, got ${image.layers.length}`);
  }
  const chain = chainIds(diffIds);
  for (const [index, chainId] of chain.entries()) {
    const diffId = diffIds[index] as Digest;
    const descriptor = image.layers[index] as Descriptor;
    const progress = { kind: 'progress', id: shortId(diffId), total: descriptor.size } as const;
    if (layers.has(chainId)) continue;
    yield { ...progress, status: 'Loading layer', current: 0 };
    await layers.ensure(chainId, diffId, { descriptor, below: chain.slice(0, index) }, signal);
    yield { ...progress, status: 'Loading layer', current: descriptor.size };
  }
  const id = sha256(image.config);
  if (!content.has(id)) await content.put(image.config);
  if (!records.get(id)) {
    records.put(id, { layers: image.layers, ...(image.parent === undefined ? {} : { parent: image.parent }) });
  }
  return id;
}
