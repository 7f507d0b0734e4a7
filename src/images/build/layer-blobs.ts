// Layers as the blobs they leave this machine in: as they came, or compressed as whoever wants them asks.
import { Readable, type Transform } from 'node:stream';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import type { ContentStore, Lease } from '../../content/index.ts';
import type { Kernel } from '../../kernel/index.ts';
import { openDecompressed } from '../../lib/streams/decompress.ts';
import { type Descriptor, mediaTypes } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Image, LayerStack } from '../image.ts';
import type { LayerStore } from '../layers/layer-store.ts';
import { openLayerBlob } from '../layers/open-layer-blob.ts';
import { LayerArchives } from '../transfer/push/layer-archives.ts';
import type { LayerWorkers } from '../workers/layer-workers.ts';

export type LayerCompression = 'uncompressed' | 'gzip' | 'zstd';

export interface LayerForm {
  readonly compression: LayerCompression;
  /** Compress anew what came in another form, too. */
  readonly forceCompression?: boolean | undefined;
  /** Of what is compressed here: 0 to 9 for gzip, 1 to 22 for zstd. */
  readonly compressionLevel?: number | undefined;
  /** Media types of the OCI, else of Docker. */
  readonly oci: boolean;
  /** Keeps the blobs. */
  readonly lease: Lease;
  readonly signal: AbortSignal;
}

interface LayerBlobsDeps {
  readonly content: ContentStore;
  readonly layers: LayerStore;
  readonly kernel: Pick<Kernel, 'files'>;
  readonly workers: LayerWorkers;
  /** Every image there is. */
  readonly list: () => Image[];
}

const plainTypes: readonly string[] = [mediaTypes.ociLayer, mediaTypes.dockerLayer];

export class LayerBlobs {
  readonly #deps: LayerBlobsDeps;
  readonly #archives: LayerArchives;

  constructor(deps: LayerBlobsDeps) {
    this.#deps = deps;
    this.#archives = new LayerArchives({ ...deps, images: deps.list });
  }

  /** The blob of one layer (0: the lowest), in the content store. Throws `invalid` when the layer is not what it was. */
  async blob(stack: LayerStack, at: number, form: LayerForm): Promise<Descriptor> {
    const blob = await this.#blob(stack, at, form);
    return { ...blob, mediaType: layerType(blob.mediaType, form.oci) };
  }

  /** The bytes of a blob that is kept. Throws `not-found`. */
  read(digest: Digest): AsyncIterable<Uint8Array> {
    return this.#deps.content.read(digest) as AsyncIterable<Uint8Array>;
  }

  /** The bytes of a layer as its descriptor says: its blob, or packed again. Throws `not-found`, `system`. */
  open(stack: LayerStack, at: number): AsyncIterable<Uint8Array> {
    return openLayerBlob(stack, at, this.#deps);
  }

  async #blob(stack: LayerStack, at: number, form: LayerForm): Promise<Descriptor> {
    const own = stack.layers[at] as Descriptor;
    if (this.#deps.content.has(own.digest) && this.#isWanted(own.mediaType, form)) {
      form.lease.keep(own.digest);
      return own;
    }
    switch (form.compression) {
      case 'gzip':
        return await this.#gzip(stack, at, form);
      case 'zstd':
        return await this.#zstd(stack, at, form);
      case 'uncompressed':
        return await this.#plain(stack, at, form);
    }
  }

  /** What a base image came with stays as it is, unless another form is insisted on. */
  #isWanted(mediaType: string, { compression, forceCompression = false }: LayerForm): boolean {
    const isPlain = plainTypes.includes(mediaType);
    if (!forceCompression) return !isPlain;
    const found = isPlain ? 'uncompressed' : mediaType.endsWith('zstd') ? 'zstd' : 'gzip';
    return found === compression;
  }

  async #gzip(stack: LayerStack, at: number, form: LayerForm): Promise<Descriptor> {
    const { lease, signal, forceCompression, compressionLevel } = form;
    const known = this.#archives.find(stack, at);
    const isOther = compressionLevel !== undefined || known?.mediaType === mediaTypes.ociLayerZstd;
    if (known && !(forceCompression && isOther)) {
      lease.keep(known.digest);
      return known;
    }
    if (compressionLevel !== undefined) {
      return await this.#through(createGzip({ level: compressionLevel }), mediaTypes.ociLayerGzip, { stack, at, form });
    }
    return await this.#archives.compress(stack, at, { lease, signal, onProgress: () => {}, anew: known !== undefined });
  }

  async #zstd(stack: LayerStack, at: number, form: LayerForm): Promise<Descriptor> {
    const { compressionLevel: level } = form;
    const params = level === undefined ? {} : { [constants.ZSTD_c_compressionLevel]: level };
    return await this.#through(createZstdCompress({ params }), mediaTypes.ociLayerZstd, { stack, at, form });
  }

  async #through(
    compressor: Transform,
    mediaType: string,
    { stack, at, form: { lease, signal } }: { stack: LayerStack; at: number; form: LayerForm },
  ): Promise<Descriptor> {
    const archive = Readable.from(await this.#archive(stack, at), { objectMode: false });
    archive.once('error', error => compressor.destroy(error));
    try {
      return { mediaType, ...(await this.#deps.content.ingest(archive.pipe(compressor), { lease, signal })) };
    } finally {
      // A pipe that breaks leaves its source as it is: with the files it has open.
      archive.destroy();
    }
  }

  async #plain(stack: LayerStack, at: number, { lease, signal }: LayerForm): Promise<Descriptor> {
    const { content } = this.#deps;
    const diffId = stack.diffIds[at] as Digest;
    lease.keep(diffId);
    const size = content.has(diffId)
      ? content.size(diffId)
      : (await content.ingest(await this.#archive(stack, at), { lease, signal, expected: diffId })).size;
    return { mediaType: mediaTypes.ociLayer, digest: diffId, size };
  }

  async #archive(stack: LayerStack, at: number): Promise<AsyncIterable<Uint8Array>> {
    return (await openDecompressed(openLayerBlob(stack, at, this.#deps))).stream;
  }
}

/** The same layer in the words of the other family. Zstandard is OCI's alone. */
function layerType(mediaType: string, oci: boolean): string {
  const pairs: [string, string][] = [
    [mediaTypes.ociLayer, mediaTypes.dockerLayer],
    [mediaTypes.ociLayerGzip, mediaTypes.dockerLayerGzip],
  ];
  const pair = pairs.find(both => both.includes(mediaType));
  return pair ? pair[oci ? 0 : 1] : mediaType;
}
