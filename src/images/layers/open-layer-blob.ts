// The archive of a layer, whether it is kept as a blob or only extracted.
import type { ContentStore } from '../../content/index.ts';
import type { Kernel } from '../../kernel/index.ts';
import { systemError } from '../../lib/errors.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Image } from '../image.ts';
import { packDiff } from './diff/pack-diff.ts';
import type { LayerStore } from './layer-store.ts';

interface LayerBlobDeps {
  content: ContentStore;
  layers: LayerStore;
  kernel: { files: Kernel['files'] };
}

/**
 * The bytes of the layer at `index` of the image (0: the lowest), of the digest its descriptor says: the blob, or for one
 * that a build made and nobody stored, the same archive packed again. The caller keeps the blobs and chain ids by a lease.
 */
export function openLayerBlob(
  image: Pick<Image, 'layers' | 'chainIds'>,
  index: number,
  { content, layers, kernel }: LayerBlobDeps,
): AsyncIterable<Buffer> {
  const descriptor = image.layers[index];
  if (!descriptor) throw systemError(`image has no layer ${index}`);
  if (content.has(descriptor.digest)) return content.read(descriptor.digest) as AsyncIterable<Buffer>;
  const lower = image.chainIds.slice(0, index).map(chainId => layers.path(chainId));
  const upper = layers.path(image.chainIds[index] as Digest);
  return packDiff({ upper, lower: lower.reverse() }, kernel.files, { onMember: () => {} });
}
