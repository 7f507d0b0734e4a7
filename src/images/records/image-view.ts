// Puts together what callers see of an image: its record, its configuration, its names, the sizes of its layers.
import type { Digest } from '../../oci/digest.ts';
import { familiarName, familiarReference, type Reference } from '../../oci/reference.ts';
import type { Image } from '../image.ts';
import type { LayerStore } from '../layers/layer-store.ts';
import type { ImageRecord, ImageRecords } from './image-records.ts';

interface ImageSources {
  records: Pick<ImageRecords, 'config' | 'chainIds'>;
  layers: Pick<LayerStore, 'size'>;
}

/** The image of a record; `names` are those that point to it. */
export function viewImage(
  { id, record, names }: { id: Digest; record: ImageRecord; names: readonly Reference[] },
  { records, layers }: ImageSources,
): Image {
  const config = records.config(id);
  const diffIds = config.rootfs.diff_ids;
  const chain = records.chainIds(id);
  // A commit writes its message into the history only.
  const comment = config.comment || config.history?.at(-1)?.comment;
  const layerSizes = chain.map(chainId => layers.size(chainId));
  return {
    id,
    config,
    layers: record.layers,
    sources: record.sources ?? [],
    ...(record.variantOf === undefined ? {} : { variantOf: record.variantOf }),
    diffIds,
    chainIds: chain,
    size: layerSizes.reduce((total, size) => total + size, 0),
    layerSizes,
    created: config.created ?? '',
    tags: names.filter(name => name.digest === undefined).map(familiarReference),
    digests: names.filter(name => name.digest !== undefined).map(name => `${familiarName(name)}@${name.digest}`),
    ...(record.lastTagged === undefined ? {} : { lastTagged: record.lastTagged }),
    ...(record.parent === undefined ? {} : { parent: record.parent }),
    ...(comment ? { comment } : {}),
    ...(config.author === undefined ? {} : { author: config.author }),
  };
}
