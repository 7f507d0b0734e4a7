// After a power cut: layers whose files may be missing are extracted again, from blobs, which were on disk before.
import type { ContentStore } from '../../content/index.ts';
import { errorMessage } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { LayerStore } from '../layers/layer-store.ts';
import type { ImageRecords } from './image-records.ts';

interface RepairDeps {
  records: ImageRecords;
  layers: LayerStore;
  content: ContentStore;
  logger: Logger;
}

/** Returns the ids of images that cannot be mended, as a layer of theirs has no blob (a build made it just before). */
export async function repairLayers({ records, layers, content, logger }: RepairDeps): Promise<Digest[]> {
  const lost = new Set<Digest>();
  for (const chainId of layers.doubtful()) {
    const source = findSource(chainId, records, content);
    if (!source || source.below.some(below => lost.has(below))) {
      lost.add(chainId);
      continue;
    }
    logger.info('layer extracted again: it may not have reached the disk', { layer: chainId });
    await layers.renew(chainId, source).catch((error: unknown) => {
      logger.error('layer lost', { layer: chainId, error: errorMessage(error) });
      lost.add(chainId);
    });
  }
  layers.remove([...lost]);
  return records.list().flatMap(({ id }) => (records.chainIds(id).some(chainId => lost.has(chainId)) ? [id] : []));
}

function findSource(
  chainId: Digest,
  records: ImageRecords,
  content: ContentStore,
): { descriptor: Descriptor; below: readonly Digest[] } | undefined {
  for (const { id, record } of records.list()) {
    const chain = records.chainIds(id);
    const descriptor = record.layers[chain.indexOf(chainId)];
    if (descriptor && content.has(descriptor.digest))
      return { descriptor, below: chain.slice(0, chain.indexOf(chainId)) };
  }
  return undefined;
}
