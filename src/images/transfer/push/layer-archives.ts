// The layers of an image as they are sent: compressed blobs that are there, or made from what is.
import type { ContentStore } from '../../../content/index.ts';
import type { Kernel } from '../../../kernel/index.ts';
import { KeyedMutex } from '../../../lib/concurrency/keyed-mutex.ts';
import { openDecompressed } from '../../../lib/streams/decompress.ts';
import { type Descriptor, mediaTypes } from '../../../oci/descriptor.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { Image, LayerStack } from '../../image.ts';
import type { LayerStore } from '../../layers/layer-store.ts';
import { openLayerBlob } from '../../layers/open-layer-blob.ts';
import type { LayerWorkers } from '../../workers/layer-workers.ts';
import { type CompressOptions, compressFile, compressStream } from './compress-layer.ts';

interface LayerArchivesDeps {
  content: ContentStore;
  layers: LayerStore;
  kernel: Pick<Kernel, 'files'>;
  workers: LayerWorkers;
  /** Every image there is. */
  images: () => readonly Image[];
}

/** As everybody can read them; others (xz, bzip2, plain) are compressed anew. */
const sendable: readonly string[] = [mediaTypes.ociLayerGzip, mediaTypes.ociLayerZstd, mediaTypes.dockerLayerGzip];

/** What was compressed for one push serves the next, of whichever image has the layer. */
export class LayerArchives {
  readonly #deps: LayerArchivesDeps;
  readonly #compressing = new KeyedMutex();

  constructor(deps: LayerArchivesDeps) {
    this.#deps = deps;
  }

  /** A compressed blob of the layer that is there, whichever image (`images`: all there are) it came with. */
  find(image: LayerStack, at: number, images: () => readonly LayerStack[] = this.#deps.images): Descriptor | undefined {
    const own = this.#blobOf(image, at);
    if (own) return own;
    const diffId = image.diffIds[at] as Digest;
    for (const other of images()) {
      const index = other.diffIds.indexOf(diffId);
      const blob = index < 0 ? undefined : this.#blobOf(other, index);
      if (blob) return blob;
    }
    return undefined;
  }

  #blobOf(image: LayerStack, at: number): Descriptor | undefined {
    const known = [image.layers, ...image.sources.map(({ layers }) => layers)].map(layers => layers[at]);
    return known.find(one => one && sendable.includes(one.mediaType) && this.#deps.content.has(one.digest));
  }

  /**
   * Compresses it; `follow` is not called when that was done meanwhile. Throws `invalid` when what is there is not the
   * layer any more. `anew`: whatever there is.
   */
  compress(image: LayerStack, at: number, o: CompressOptions & { anew?: boolean }): Promise<Descriptor> {
    const { content } = this.#deps;
    const diffId = image.diffIds[at] as Digest;
    return this.#compressing.run(diffId, async () => {
      const known = o.anew ? undefined : this.find(image, at);
      if (known) return known;
      if (image.layers[at]?.digest === diffId && content.has(diffId)) {
        return await compressFile({ path: content.path(diffId), size: content.size(diffId) }, this.#deps, o);
      }
      // In another compression, perhaps, or packed again, since a build made it and nobody stored it.
      const { stream } = await openDecompressed(openLayerBlob(image, at, this.#deps));
      return await compressStream(stream, diffId, this.#deps, o);
    });
  }
}
