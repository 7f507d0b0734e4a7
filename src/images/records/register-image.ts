// Makes an image out of a configuration and the blobs of its layers: the end of every load, import and pull.
import type { ContentStore } from '../../content/index.ts';
import { invalid } from '../../lib/errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type Digest, sha256 } from '../../oci/digest.ts';
import { parseImageConfig } from '../../oci/image-config.ts';
import type { ImageSource, LoadEvent } from '../image.ts';
import { type AddOptions, addLayers } from '../layers/add-layers.ts';
import type { LayerStore } from '../layers/layer-store.ts';
import type { ImageRecords } from './image-records.ts';

interface RegisterDeps {
  content: ContentStore;
  layers: LayerStore;
  records: ImageRecords;
}

export interface NewImage {
  /** The configuration blob: its digest becomes the id of the image. */
  config: Uint8Array;
  /** Blobs in the content store, bottom first, one per diff id. */
  layers: Descriptor[];
  /** The manifest (and index) it came with; their bytes are in the content store, kept by the caller's lease. */
  source?: Omit<ImageSource, 'layers'>;
  parent?: Digest;
}

/** `lease` keeps what is there before the record speaks of it; the blobs of the layers are in it already. */
export type RegisterOptions = Omit<AddOptions, 'layers'>;

/**
 * Extracts the layers that are missing, then writes the record; returns the id. Yields news of each layer. An image
 * that is there already only learns of a source it did not know. Throws `invalid` when layers and configuration do not fit together.
 */
export async function* registerImage(
  image: NewImage,
  { content, layers, records }: RegisterDeps,
  o: RegisterOptions,
): AsyncGenerator<LoadEvent, Digest> {
  const diffIds = parseImageConfig(image.config).rootfs.diff_ids;
  if (diffIds.length !== image.layers.length) {
    throw invalid(`invalid manifest, layers length mismatch: expected ${diffIds.length}, got ${image.layers.length}`);
  }
  yield* addLayers(image.layers, diffIds, { ...o, layers });
  await content.lateSync.settled(image.layers.map(({ digest }) => digest));
  const id = sha256(image.config);
  o.lease.keep(id);
  if (!content.has(id)) await content.put(image.config, { lease: o.lease });
  recordImage(id, image, records);
  return id;
}

/** Writes the record of an image whose blobs and layers are here, or adds a source to the one there is. */
export function recordImage(id: Digest, image: Omit<NewImage, 'config'>, records: ImageRecords): void {
  const { layers, source, parent } = image;
  if (!records.get(id)) records.put(id, { layers, ...(parent === undefined ? {} : { parent }) });
  if (source) records.addSource(id, { ...source, layers });
}
