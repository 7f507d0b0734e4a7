// The room's one class: images by name and id, how they come in and go, and the layers of containers on top of them.
import { join } from 'node:path';
import type { ContentStore, Keeper, Lease } from '../content/index.ts';
import type { Registries } from '../distribution/index.ts';
import type { Kernel } from '../kernel/index.ts';
import { invalid, notFound } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { ImageRunConfig } from '../oci/image-config.ts';
import { linuxPlatform, type Platform } from '../oci/platform.ts';
import { familiarReference, parseReference, type Reference, withDefaultTag } from '../oci/reference.ts';
import type { Store } from '../store/index.ts';
import { BlobsBefore } from './archive/blobs-before.ts';
import { loadArchive } from './archive/load.ts';
import { noExportTarget, planArchive } from './archive/save/plan-archive.ts';
import { selectImages } from './archive/save/select-images.ts';
import { writeArchive } from './archive/save/write-archive.ts';
import { BuildLayers } from './build/build-layers.ts';
import { BuiltImages } from './build/built-images.ts';
import { Garbage } from './garbage.ts';
import type { HistoryRow, Image, LoadEvent, RemovedImage } from './image.ts';
import { type CommitOptions, commitLayer } from './import/commit-image.ts';
import { importLayer } from './import/import-image.ts';
import { type Change, listChanges } from './layers/diff/list-changes.ts';
import { ExtractedEarly } from './layers/extracted-early.ts';
import { LayerStore } from './layers/layer-store.ts';
import { openLayerBlob } from './layers/open-layer-blob.ts';
import { imageHistory } from './records/image-history.ts';
import { ImageNames } from './records/image-names.ts';
import { ImageRecords } from './records/image-records.ts';
import { viewImage } from './records/image-view.ts';
import { findForPlatform, getForPlatform, platformsOf } from './records/manifests/image-platforms.ts';
import { type ImageManifest, listImageManifests } from './records/manifests/list-manifests.ts';
import { Naming } from './records/naming.ts';
import { type NewImage, type RegisterOptions, registerImage } from './records/register-image.ts';
import { repairLayers } from './records/repair-layers.ts';
import { noSuchImage, resolveImage } from './records/resolve-image.ts';
import { ImageRemoval, type RemovalOptions } from './removal/image-removal.ts';
import { type ContainerLayer, ContainerLayers, type RemappedRoot } from './snapshots/container-layers.ts';
import type { RootfsView } from './snapshots/rootfs-view.ts';
import { RootfsViews } from './snapshots/rootfs-views.ts';
import { type TransferLimits, Transfers } from './transfer/transfers.ts';

interface ImagesDeps {
  kernel: Pick<Kernel, 'mounts' | 'files' | 'host'>;
  store: Store;
  content: ContentStore;
  registries: Registries;
  logger: Logger;
}

interface ImagesOptions {
  /** The data root; layers go to `layers/`, container layers to `rw/`. */
  root: string;
  /** The machine's own, when that is not what Node says. */
  platform?: Platform;
  /** For containers with a user namespace. */
  remapped?: RemappedRoot | undefined;
  /** How many blobs are transferred at a time; Docker's when not said. */
  transfers?: TransferLimits;
}

/** Call `restore` once before use, `close` at the end. Ids are digests of configuration blobs. */
export class Images {
  /** Layers that builds make. */
  readonly builds: BuildLayers;
  /** Images that builds make of them. */
  readonly built: BuiltImages;
  /** Pulls and pushes. */
  readonly transfers: Transfers;
  readonly #deps: ImagesDeps;
  readonly #platform: Platform;
  readonly #records: ImageRecords;
  readonly #names: ImageNames;
  readonly #naming: Naming;
  readonly #layers: LayerStore;
  readonly #containerLayers: ContainerLayers;
  readonly #views: RootfsViews;
  readonly #garbage: Garbage;
  readonly #removal: ImageRemoval;

  constructor(options: ImagesOptions, deps: ImagesDeps) {
    this.#deps = deps;
    this.#platform = options.platform ?? linuxPlatform(process.arch);
    this.#records = new ImageRecords(deps);
    this.#names = new ImageNames(deps.store);
    this.#naming = new Naming({ store: deps.store, records: this.#records, names: this.#names });
    const layers = new LayerStore(join(options.root, 'layers'), deps);
    this.#layers = layers;
    const remapped = options.remapped && { from: options.root, to: options.remapped };
    this.#containerLayers = new ContainerLayers(join(options.root, 'rw'), { ...deps, layers, remapped });
    this.#views = new RootfsViews(join(options.root, 'views'), { ...deps, containerLayers: this.#containerLayers });
    this.builds = new BuildLayers({ root: join(options.root, 'builds') }, { ...deps, layers, remapped });
    this.#garbage = new Garbage({ ...deps, records: this.#records, layers, containerLayers: this.#containerLayers });
    this.#removal = new ImageRemoval({
      ...{ store: deps.store, records: this.#records, names: this.#names, garbage: this.#garbage },
      view: id => this.#view(id) as Image,
    });
    this.transfers = new Transfers(
      { platform: this.#platform, variant: () => deps.kernel.host.processorLevel(), ...options.transfers },
      {
        ...{ ...deps, layers },
        find: (reference, platform) =>
          platform ? this.get(familiarReference(reference), platform) : this.#viewNamed(reference),
        has: id => this.#records.get(id) !== undefined,
        record: (id, image, names) => this.#naming.record(id, image, names),
        images: () => this.list(),
        platforms: image => this.platforms(image.id),
        tagsOf: name => this.#names.tagsOf(name),
        collect: () => this.collect(),
      },
    );
    this.built = new BuiltImages({
      ...{ ...deps, layers, records: this.#records, workers: layers.workers },
      register: async (image, o) => (await this.#add(image, undefined, o)).id,
      name: (id, name) => this.#naming.tag(id, name),
      names: this.#names,
      view: id => this.#view(id) as Image,
      list: () => this.list(),
    });
  }

  /** Every image, named or not, in no particular order; of one for several platforms the one that stands for it. */
  list(): Image[] {
    const names = this.#names.byImage();
    return this.#records
      .list()
      .filter(({ record }) => record.variantOf === undefined || !this.#records.get(record.variantOf))
      .map(({ id, record }) => viewImage({ id, record, names: names.get(id) ?? [] }, this.#sources));
  }

  /**
   * By full id, name (`nginx`, `nginx:1.27`, `nginx@sha256:…`) or unique beginning of an id; undefined when there is
   * none. Throws `invalid` for what can be neither.
   */
  find(reference: string): Image | undefined {
    const id = this.findId(reference);
    return id === undefined ? undefined : this.#view(id);
  }

  /** Only the id: for lists of many containers, where the rest of the image is not wanted. */
  findId(reference: string): Digest | undefined {
    return resolveImage(reference, { names: this.#names, records: this.#records });
  }

  /** Like `find`, for that platform if one is given; throws `not-found`, in Docker's words for either reason. */
  get(reference: string, platform?: Platform): Image {
    const image = this.find(reference);
    if (!image) throw noSuchImage(reference);
    if (!platform) return image;
    return this.#view(getForPlatform(image.id, { typed: reference, platform, records: this.#records })) as Image;
  }

  /** The image and those for other platforms that belong to it, itself first. Throws `not-found`. */
  platforms(reference: string): Image[] {
    return platformsOf(this.get(reference).id, this.#records).map(id => this.#view(id) as Image);
  }

  /** The image, its other platforms, and all images made from them; none when there is no such image. */
  descendants(reference: string): Digest[] {
    const id = this.findId(reference);
    return id === undefined ? [] : this.#records.descendants(id);
  }

  /** Gives the image a name, taking it from the one that had it. Throws `not-found`, `invalid`. */
  tag(reference: string, target: string): Image {
    const { id } = this.get(reference);
    const name = parseReference(target);
    if (name.digest !== undefined) throw invalid('refusing to create a tag with a digest reference');
    this.#naming.tag(id, name);
    return this.#view(id) as Image;
  }

  /**
   * `docker rmi`: takes the name away and, with the last one, the image with its layers; returns what went, in order.
   * Throws `not-found`, or `conflict` with Docker's wording when children, containers or other names forbid it.
   */
  async remove(reference: string, o: RemovalOptions): Promise<RemovedImage[]> {
    return this.#removal.remove(this.get(reference).id, reference, o);
  }

  /**
   * Removes only what is there for these platforms; when that is all, the image as `remove` does. Throws `not-found` for
   * a platform that is not there, `conflict` for one that containers need and without `force` (running ones: always).
   */
  async removePlatforms(
    reference: string,
    o: RemovalOptions & { platforms: readonly Platform[] },
  ): Promise<RemovedImage[]> {
    const { id } = this.get(reference);
    const gone = new Set(o.platforms.map(platform => this.get(reference, platform).id));
    return this.#removal.removePlatforms(id, gone, o) ?? this.remove(reference, o);
  }

  /**
   * `docker load`: docker-archive or OCI layout, plain or compressed; yields news until done. Images before a bad one
   * stay. Throws `invalid` for a bad archive, `cancelled`. Of an image for several platforms all are taken that are there
   * and in `platforms`; the machine's own, if among them, stands for the others.
   */
  async *load(
    stream: AsyncIterable<Uint8Array>,
    o: { signal?: AbortSignal; platforms?: readonly Platform[] | undefined } = {},
  ): AsyncGenerator<LoadEvent, void> {
    const { content } = this.#deps;
    const lease = this.lease();
    const before = new BlobsBefore(content);
    const early = o.platforms ? undefined : new ExtractedEarly(this.#layers, o.signal);
    try {
      const deps = {
        ...{ content, lease },
        onBlob: (blob: Descriptor) => void (before.has(blob.digest) || early?.begin(blob)),
        through: (path: string, size: number) => (before.mayHave(path, size) ? undefined : early?.follow(size)),
        register: (image: NewImage) => this.#register(image, { lease, early, signal: o.signal }),
        attach: (variant: Digest, image: Digest) => this.#naming.attach(variant, image),
        name: (id: Digest, name: Reference | undefined) => this.#nameLoaded(id, name),
      };
      yield* loadArchive(stream, deps, { platform: this.#platform, only: o.platforms, signal: o.signal });
    } finally {
      await early?.[Symbol.asyncDispose]();
      lease[Symbol.dispose]();
      this.#garbage.collect();
    }
  }

  /**
   * `docker save`: the images and their archive, which streams from the disk and outlives a removal of the images. Only
   * for `platform`, if given. Throws `invalid` and `not-found` at once, with Docker's wording.
   */
  save(names: readonly string[], platform?: Platform): { images: Image[]; archive: AsyncGenerator<Buffer, void> } {
    const { content } = this.#deps;
    const selected = selectImages(names, {
      get: text => this.#getForSave(text, platform),
      has: text => this.findId(text) !== undefined,
      byName: name => this.#names.get(name),
      tagsOf: name => this.#names.tagsOf(name),
    });
    const plan = planArchive(selected, platform, {
      size: digest => content.size(digest),
      platforms: image => this.platforms(image.id),
      openLayer: (image, index) => openLayerBlob(image, index, { ...this.#deps, layers: this.#layers }),
    });
    return { images: selected.map(({ image }) => image), archive: writeArchive(plan, content) };
  }

  /** `docker import`: a tar stream, plain or compressed, as an image of one layer. Throws `invalid`, `cancelled`. */
  async import(
    stream: AsyncIterable<Uint8Array>,
    o: {
      reference?: string;
      changes: Partial<ImageRunConfig>;
      message?: string;
      platform?: Platform;
      signal?: AbortSignal;
    },
  ): Promise<Image> {
    const name = o.reference === undefined ? undefined : parseReference(o.reference);
    if (name?.digest !== undefined) throw invalid('cannot import digest reference');
    const lease = this.lease();
    try {
      const deps = { content: this.#deps.content, layers: this.#layers };
      const image = await importLayer(stream, deps, { ...o, lease, platform: o.platform ?? this.#platform });
      return await this.#add(image, name, { lease, signal: o.signal });
    } finally {
      lease[Symbol.dispose]();
      this.#garbage.collect();
    }
  }

  /**
   * `docker commit`: the container's own layer on top of `parent`, the image it was made from (undefined when there was
   * none). The container may run. Throws `not-found` for a container without a layer or a parent that is gone, `cancelled`.
   */
  async commit(
    containerId: string,
    o: CommitOptions & { parent: Digest | undefined; reference?: string | undefined },
  ): Promise<Image> {
    const name = o.reference === undefined ? undefined : parseReference(o.reference);
    if (name?.digest !== undefined) throw invalid('cannot import digest reference');
    const source = this.#containerLayers.find(containerId);
    if (!source) throw notFound(`container ${containerId} has no layer`);
    const lease = this.lease();
    try {
      const parent = o.parent === undefined ? undefined : this.#view(o.parent);
      if (o.parent !== undefined && !parent) throw noSuchImage(o.parent);
      // It may be removed meanwhile; what it stands on is the new image's by then.
      lease.keep(...(parent ? this.#records.blobs(parent.id) : []), ...(parent?.chainIds ?? []));
      const deps = { content: this.#deps.content, files: this.#deps.kernel.files };
      const image = await commitLayer({ ...source, parent, platform: this.#platform }, deps, { ...o, lease });
      return await this.#add(image, name, { lease, signal: o.signal });
    } finally {
      lease[Symbol.dispose]();
      this.#garbage.collect();
    }
  }

  /** `docker diff`. Throws `not-found` for a container without a layer. */
  async changes(containerId: string): Promise<Change[]> {
    const source = this.#containerLayers.find(containerId);
    if (!source) throw notFound(`container ${containerId} has no layer`);
    return listChanges(source.upper, source.lower, this.#deps.kernel.files);
  }

  /** Every manifest of the index the image came with, here or not; its own when there was none. Throws `not-found`. */
  manifests(reference: string): Promise<ImageManifest[]> {
    return listImageManifests(this.platforms(reference), this.#deps.content);
  }

  /** `docker history`, newest first. Throws `not-found`, as `get`. */
  history(reference: string, platform?: Platform): HistoryRow[] {
    return imageHistory(this.get(reference, platform), id => this.#view(id));
  }

  /**
   * Makes the directories and the record of a container's writable layer; without an image it stands on nothing. An
   * `ephemeral` one is never synced to disk: it will be thrown away. `remapped`: the container has a user namespace.
   * `bare`: without the places that every container has. The record is as durable as the caller's next one.
   */
  createContainerLayer(
    containerId: string,
    imageId: Digest | undefined,
    o: { ephemeral?: boolean; remapped?: boolean; bare?: boolean } = {},
  ): void {
    const image = imageId === undefined ? undefined : this.#view(imageId);
    if (imageId !== undefined && !image) throw noSuchImage(imageId);
    this.#containerLayers.create(containerId, image?.chainIds ?? [], o);
  }

  /** Mounts the container's root file system unless it is mounted, and returns where. Throws `not-found`. */
  mountRootfs(containerId: string): string {
    return this.#containerLayers.mount(containerId);
  }

  /** Idempotent. */
  unmountRootfs(containerId: string): void {
    this.#containerLayers.unmount(containerId);
  }

  /**
   * Unmounts and removes the container's layer, and image layers only it still needed. Idempotent; space is freed in
   * the background. Not for use inside a transaction.
   */
  async removeContainerLayer(containerId: string): Promise<void> {
    const layers = this.#containerLayers.layersOf(containerId);
    this.#containerLayers.remove(containerId);
    // Nearly always the image is still there, and then there is nothing to look for.
    if (layers.length === 0 || this.#records.areInUse(layers)) return;
    const ofImages = this.#garbage.layersOfImages();
    if (layers.some(chainId => !ofImages.has(chainId))) this.#garbage.collect();
  }

  /** Where the container's files are (`merged` only while mounted), `lower` topmost first; undefined when unknown. */
  containerLayer(containerId: string): ContainerLayer | undefined {
    return this.#containerLayers.find(containerId);
  }

  /**
   * A view of a container's file system, running or not, for copying; without its volumes until `view.mount`. The
   * caller closes it. Throws `not-found` for a container without a layer.
   */
  openRootfs(containerId: string): RootfsView {
    return this.#views.open(containerId);
  }

  /** Ids of the containers that have a layer. */
  containerLayers(): string[] {
    return this.#containerLayers.list();
  }

  /**
   * After a start: removes the layers of all other containers, and whatever a crash left without a record. Mounted
   * root file systems of known containers stay mounted.
   */
  async restore(o: { containers: Set<string> }): Promise<void> {
    const { content, logger } = this.#deps;
    content.sweep();
    // No record speaks of a blob that was not on the disk.
    for (const digest of await content.lateSync.recover())
      logger.warn('a blob was not whole and was removed', { digest });
    for (const id of this.#records.damaged()) this.#drop(id, 'its configuration is not readable');
    const repair = { ...this.#deps, records: this.#records, layers: this.#layers };
    for (const id of await repairLayers(repair)) this.#drop(id, 'a layer of it did not reach the disk');
    this.#views.restore();
    this.#containerLayers.restore(o.containers);
    await this.builds.restore();
    this.#layers.sweep();
    this.#garbage.collect();
  }

  /** Keeps blobs and layers (by digest, by chain id) that no record names yet; see the content room. */
  lease(): Lease {
    return this.#deps.content.pins.lease();
  }

  /**
   * Blobs and layers that records of other rooms name (a build cache) are kept, too. Call it before `restore`, which
   * collects; returns how to stop it.
   */
  addKeeper(keeper: Keeper): () => void {
    return this.#deps.content.pins.addKeeper(keeper);
  }

  /** Removes blobs and layers nobody wants any more; whoever gave up a lease or a record of their own calls it. */
  collect(): void {
    this.#garbage.collect();
  }

  /** Waits until what was removed is off the disk. */
  async close(): Promise<void> {
    await this.transfers.close();
    await this.#deps.content.lateSync.idle();
    await this.#garbage.settled();
    await this.#layers.close();
    await this.#containerLayers.settled();
  }

  #drop(id: Digest, reason: string): void {
    this.#deps.logger.error(`image dropped: ${reason}`, { image: id });
    for (const name of this.#names.of(id)) this.#names.delete(name);
    this.#records.delete(id);
  }

  get #sources() {
    return { records: this.#records, layers: this.#layers };
  }

  #view(id: Digest): Image | undefined {
    const record = this.#records.get(id);
    return record && viewImage({ id, record, names: this.#names.of(id) }, this.#sources);
  }

  #viewNamed(reference: Reference): Image | undefined {
    const id = this.#names.get(reference);
    return id === undefined ? undefined : this.#view(id);
  }

  #getForSave(text: string, platform: Platform | undefined): Image {
    const { id } = this.get(text);
    if (!platform) return this.#view(id) as Image;
    const found = findForPlatform(id, platform, this.#records);
    if (found === undefined) throw noExportTarget(platform);
    return this.#view(found) as Image;
  }

  #register(image: NewImage, o: RegisterOptions) {
    const deps = { content: this.#deps.content, layers: this.#layers, records: this.#records };
    return registerImage(image, deps, o);
  }

  async #add(image: NewImage, name: Reference | undefined, o: RegisterOptions): Promise<Image> {
    const registering = this.#register(image, o);
    let step = await registering.next();
    while (!step.done) step = await registering.next();
    if (name) this.#naming.tag(step.value, name);
    return this.#view(step.value) as Image;
  }

  *#nameLoaded(id: Digest, name: Reference | undefined): Generator<LoadEvent, void> {
    const previous = name && this.#names.get(name);
    if (name) this.#naming.name(id, name);
    // The same image for another platform keeps it, through this one.
    if (name && previous !== undefined && previous !== id && this.#records.get(previous)?.variantOf !== id) {
      yield { kind: 'renamed', reference: familiarReference(name), previous };
    }
    const image = this.#view(id) as Image;
    yield { kind: 'image', image, ...(name ? { reference: familiarReference(withDefaultTag(name)) } : {}) };
  }
}
