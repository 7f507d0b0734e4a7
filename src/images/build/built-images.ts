// Images that builds make: their records, the manifests they are exported with, and archives of them.
import type { ContentStore, Lease } from '../../content/index.ts';
import type { Kernel } from '../../kernel/index.ts';
import { invalid } from '../../lib/errors.ts';
import { goJson, sortedKeys } from '../../lib/text/go-json.ts';
import { type Descriptor, mediaTypes, orderedDescriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import type { Platform } from '../../oci/platform.ts';
import { parseReference, type Reference } from '../../oci/reference.ts';
import { planArchive } from '../archive/save/plan-archive.ts';
import { writeArchive } from '../archive/save/write-archive.ts';
import type { Image, ImageSource } from '../image.ts';
import { packDiff } from '../layers/diff/pack-diff.ts';
import type { LayerStore } from '../layers/layer-store.ts';
import { openLayerBlob } from '../layers/open-layer-blob.ts';
import type { ImageNames } from '../records/image-names.ts';
import type { ImageRecords } from '../records/image-records.ts';
import { LentNames } from '../records/lent-names.ts';
import { imagePlatform } from '../records/manifests/image-platforms.ts';
import type { NewImage, RegisterOptions } from '../records/register-image.ts';
import type { LayerWorkers } from '../workers/layer-workers.ts';
import type { SettledLayer } from './build-layer.ts';
import { LayerBlobs, type LayerForm } from './layer-blobs.ts';

interface BuiltImagesDeps {
  readonly content: ContentStore;
  readonly layers: LayerStore;
  readonly records: ImageRecords;
  readonly kernel: Pick<Kernel, 'files'>;
  readonly workers: LayerWorkers;
  readonly register: (image: NewImage, o: RegisterOptions) => Promise<Digest>;
  readonly name: (id: Digest, name: Reference) => void;
  readonly names: Pick<ImageNames, 'get' | 'set' | 'delete' | 'of'>;
  readonly view: (id: Digest) => Image;
  readonly list: () => Image[];
}

/** An image as it leaves: its manifest, and its layers as that lists them. */
interface ComposedImage {
  readonly image: Image;
  readonly manifest: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** Of manifests and indexes, and of the descriptors that lead to them. */
interface ImageAnnotations {
  manifest(platform: Platform): AnnotationSet;
  manifestDescriptor(platform: Platform): AnnotationSet;
  /** Of layers, by what is in them; only OCI manifests have a place for it. */
  layer(diffId: Digest): AnnotationSet;
  readonly index: AnnotationSet;
  readonly indexDescriptor: AnnotationSet;
}

type AnnotationSet = Readonly<Record<string, string>>;

export interface ComposeOptions extends LayerForm {
  readonly annotations: ImageAnnotations;
  /** An index even for one image. */
  readonly index: boolean;
  /** Further manifests of the index (attestations), one for each image. */
  readonly beside?: ((made: ComposedImage) => Promise<Descriptor | undefined>) | undefined;
}

/** What leads to the images: one manifest each, and an index where there are several. */
export interface Composed {
  readonly manifests: readonly Descriptor[];
  readonly index?: Descriptor;
  /** What the index lists besides images: their manifests. */
  readonly beside: readonly Descriptor[];
}

export class BuiltImages {
  readonly #deps: BuiltImagesDeps;
  /** Layers as blobs. */
  readonly layers: LayerBlobs;
  readonly #lent: LentNames;

  constructor(deps: BuiltImagesDeps) {
    this.#deps = deps;
    this.#lent = new LentNames(deps.names, id => deps.records.get(id) !== undefined);
    this.layers = new LayerBlobs(deps);
  }

  /**
   * Records an image whose layers are here, extracted, whether their blobs are or not, and gives it names. One that is
   * there already only gets the names.
   */
  async add(image: NewImage, names: readonly string[], o: RegisterOptions): Promise<Image> {
    const references = names.map(name => parseReference(name));
    if (references.some(name => name.digest !== undefined)) {
      throw invalid('refusing to create a tag with a digest reference');
    }
    const id = await this.#deps.register(image, o);
    for (const name of references) this.#deps.name(id, name);
    return this.#deps.view(id);
  }

  /** Names that the images have for a push only; see `LentNames`. */
  lendNames(images: readonly Image[], names: readonly string[]): Disposable {
    return this.#lent.lend(
      images.map(({ id }) => id),
      names.map(parseReference),
    );
  }

  /** Forgets an image that was recorded for an export only; one that has a name by now stays. */
  discard(image: Image): void {
    if (this.#deps.view(image.id).tags.length === 0) this.#deps.records.delete(image.id);
  }

  /**
   * The layers from `first` on (bottom first) with no time later than `latest`, as blobs of their own: the same files
   * give the same digests whenever they were made.
   */
  async rewrite(
    layers: readonly SettledLayer[],
    o: { first: number; latest: number; lease: Lease; signal: AbortSignal },
  ): Promise<Descriptor[]> {
    const { content, kernel, layers: store } = this.#deps;
    const directories = layers.map(({ chainId }) => store.path(chainId));
    const rewritten: Descriptor[] = [];
    for (let at = o.first; at < layers.length; at++) {
      const source = { upper: directories[at] as string, lower: directories.slice(0, at).reverse() };
      const archive = packDiff(source, kernel.files, { onMember: () => {}, latest: o.latest, signal: o.signal });
      const blob = await content.ingest(archive, { lease: o.lease, signal: o.signal });
      rewritten.push({ mediaType: mediaTypes.ociLayer, ...blob });
    }
    return rewritten;
  }

  /** Makes blobs and manifests, which saves and pushes of the images then use as they are. The lease keeps them until the
   * records of the images do. */
  async compose(images: readonly Image[], o: ComposeOptions): Promise<Composed> {
    const made: { image: Image; layers: Descriptor[]; manifest: Descriptor }[] = [];
    for (const image of images) {
      const layers = await this.#layers(image, o);
      made.push({ image, layers, manifest: await this.#manifest(image, layers, o) });
    }
    const besides = await Promise.all(made.map(one => o.beside?.(one)));
    const beside = besides.filter(one => one !== undefined);
    const listed = [...made.map(({ manifest }) => manifest), ...beside];
    const isListed = o.index || listed.length > 1;
    const { annotations } = o;
    if (!isListed && (full(annotations.index).annotations ?? full(annotations.indexDescriptor).annotations)) {
      throw invalid('index annotations not supported for single platform export');
    }
    const index = isListed ? await this.#index(listed, o) : undefined;
    const kept = (await Promise.all(beside.map(one => this.#withBlobs(one)))).flat();
    for (const { image, layers, manifest } of made) {
      const source = { manifest, layers, ...(index && { index }), ...(kept.length > 0 && { beside: kept }) };
      this.#deps.records.addSource(image.id, source, other => this.#isReplaced(other, source, image));
    }
    return { manifests: made.map(({ manifest }) => manifest), beside, ...(index && { index }) };
  }

  /**
   * One tar that is a docker-archive and an OCI layout, of images under names that need not be theirs. `composed`: what leads
   * to them is listed as that says.
   */
  async *archive(
    images: readonly Image[],
    names: readonly string[],
    { beside = [], index, manifests = [] }: Partial<Composed> = {},
  ): AsyncGenerator<Buffer, void> {
    const { content } = this.#deps;
    const references = names.map(name => parseReference(name));
    const selected = images.map(image => ({ image: this.#deps.view(image.id), references }));
    const plan = planArchive(selected, undefined, {
      size: digest => content.size(digest),
      platforms: image => [image],
      openLayer: (image, at) => openLayerBlob(image, at, this.#deps),
      annotations: digest => [index, ...manifests].find(one => one?.digest === digest)?.annotations ?? {},
    });
    for (const one of beside) {
      for (const { digest, size } of await this.#withBlobs(one)) plan.blobs.set(digest, { size });
    }
    yield* writeArchive(plan, content);
  }

  /** An earlier build said other things of the same image, and no registry knows it by that. */
  #isReplaced({ manifest, index, beside }: ImageSource, by: ImageSource, { id }: Image): boolean {
    if (!beside || manifest.digest !== by.manifest.digest) return false;
    return !this.#deps.view(id).digests.some(name => name.endsWith(`@${index?.digest}`));
  }

  async #layers(image: Image, o: ComposeOptions): Promise<Descriptor[]> {
    const layers: Descriptor[] = [];
    for (const at of image.layers.keys()) {
      layers.push(await this.layers.blob(image, at, o));
    }
    return layers;
  }

  async #manifest(image: Image, layers: readonly Descriptor[], o: ComposeOptions): Promise<Descriptor> {
    const { content } = this.#deps;
    const mediaType = o.oci ? mediaTypes.ociManifest : mediaTypes.dockerManifest;
    const config = {
      mediaType: o.oci ? mediaTypes.ociConfig : mediaTypes.dockerConfig,
      digest: image.id,
      size: content.size(image.id),
    };
    const described = layers.map(({ mediaType: type, digest, size }, at) => ({
      ...{ mediaType: type, digest, size },
      ...(o.oci && full(o.annotations.layer(image.diffIds[at] as Digest))),
    }));
    const platform = imagePlatform(image.config);
    const annotations = full(o.annotations.manifest(platform));
    const descriptor = await this.put({ schemaVersion: 2, mediaType, config, layers: described, ...annotations }, o);
    return orderedDescriptor({
      mediaType,
      ...descriptor,
      ...full(o.annotations.manifestDescriptor(platform)),
      platform,
    });
  }

  async #index(manifests: readonly Descriptor[], o: ComposeOptions): Promise<Descriptor> {
    const mediaType = o.oci ? mediaTypes.ociIndex : mediaTypes.dockerList;
    const document = { schemaVersion: 2, mediaType, manifests, ...full(o.annotations.index) };
    return { mediaType, ...(await this.put(document, o)), ...full(o.annotations.indexDescriptor) };
  }

  /** A manifest with the blobs it names, all of which are here. */
  async #withBlobs(descriptor: Descriptor): Promise<Descriptor[]> {
    const parsed = parseManifest(await this.#deps.content.bytes(descriptor.digest));
    return 'manifest' in parsed ? [descriptor, parsed.manifest.config, ...parsed.manifest.layers] : [descriptor];
  }

  /** A document as a blob, as BuildKit writes it: manifests are indented, what they name is not. */
  put(
    document: unknown,
    { lease, indented = true }: { lease: Lease; indented?: boolean },
  ): Promise<{ digest: Digest; size: number }> {
    return this.#deps.content.put(Buffer.from(goJson(document, { indented })), { lease });
  }
}

/** The key of a document, where there is anything to say. */
function full(annotations: AnnotationSet): { annotations?: AnnotationSet } {
  return Object.keys(annotations).length > 0 ? { annotations: sortedKeys(annotations) } : {};
}
