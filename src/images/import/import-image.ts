// `docker import`: a file system as a tar stream becomes an image of one layer.
import type { ContentStore, Lease } from '../../content/index.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { ImageConfig, ImageRunConfig } from '../../oci/image-config.ts';
import type { Platform } from '../../oci/platform.ts';
import { layerMediaType } from '../archive/archive-files.ts';
import type { LayerStore } from '../layers/layer-store.ts';
import type { NewImage } from '../records/register-image.ts';

interface ImportOptions {
  changes: ImageRunConfig;
  message?: string | undefined;
  platform: Platform;
  lease: Lease;
  signal?: AbortSignal | undefined;
  now?: () => Date;
}

/** Ingests and extracts the stream (tar, compressed or not); the result is ready to be registered. */
export async function importLayer(
  stream: AsyncIterable<Uint8Array>,
  { content, layers }: { content: ContentStore; layers: LayerStore },
  o: ImportOptions,
): Promise<NewImage> {
  const start: Buffer[] = [];
  async function* watched(): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of stream) {
      if (start.length < 8) start.push(Buffer.from(chunk.subarray(0, 8)));
      yield chunk;
    }
  }
  const { digest, size } = await content.ingest(watched(), {
    lease: o.lease,
    ...(o.signal ? { signal: o.signal } : {}),
  });
  const layer: Descriptor = { mediaType: layerMediaType(Buffer.concat(start)), digest, size };
  const diffId = await layers.discover(layer, o.lease, o.signal);
  return { config: Buffer.from(JSON.stringify(configOf(diffId, o))), layers: [layer] };
}

function configOf(diffId: Digest, { changes, message = '', platform, now }: ImportOptions): ImageConfig {
  const created = (now?.() ?? new Date()).toISOString();
  return {
    architecture: platform.architecture,
    os: platform.os,
    ...(platform.variant === undefined ? {} : { variant: platform.variant }),
    created,
    ...(message === '' ? {} : { comment: message }),
    config: changes,
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created, ...(message === '' ? {} : { comment: message }) }],
  };
}
