// One image from a registry: everything is fetched before a record or a name says so.
import type { ContentStore, Lease } from '../../../content/index.ts';
import type { FetchedManifest, Repository } from '../../../distribution/index.ts';
import { allEnded } from '../../../lib/concurrency/all-ended.ts';
import { Limiter } from '../../../lib/concurrency/limiter.ts';
import { unlessCancelled } from '../../../lib/concurrency/unless-aborted.ts';
import { invalid } from '../../../lib/errors.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import { chainIds, type Digest, sha256 } from '../../../oci/digest.ts';
import { type ImageConfig, parseImageConfig } from '../../../oci/image-config.ts';
import { parseManifest } from '../../../oci/manifest.ts';
import type { Platform } from '../../../oci/platform.ts';
import { formatReference, type Reference } from '../../../oci/reference.ts';
import type { Image } from '../../image.ts';
import { type LayerStore, layersAtOnce } from '../../layers/layer-store.ts';
import type { NewImage } from '../../records/register-image.ts';
import type { Emit } from '../transfer-event.ts';
import type { Downloads } from './downloads.ts';
import { PulledLayer } from './pull-layer.ts';
import { choosePlatform, type PulledManifest, readManifest } from './read-manifest.ts';

export interface PullDeps {
  content: ContentStore;
  layers: LayerStore;
  downloads: Downloads;
  /** The image a name stands for now. */
  find: (reference: Reference) => Image | undefined;
  /** Whether there is an image of that id. */
  has: (id: Digest) => boolean;
  /** Removes what nobody wants any more. Never throws. */
  collect: () => void;
  /** Writes record and names in one step. */
  record: (id: Digest, image: Omit<NewImage, 'config'>, names: readonly Reference[]) => void;
}

interface PullOptions {
  platform: Platform;
  /** Up to which the machine can run more than `platform` says. */
  variant?: string | undefined;
  lease: Lease;
  emit: Emit;
  signal: AbortSignal;
}

const largestConfig = 8 * 1024 * 1024;

/**
 * Pulls what `reference` (with a tag or a digest) stands for; returns the image's id, the digest the name stands for and
 * whether anything changed. Throws what the registry says, `invalid` for what is no image, `cancelled`.
 */
export async function pullImage(
  reference: Reference,
  repository: Repository,
  deps: PullDeps,
  o: PullOptions,
): Promise<{ id: Digest; digest: Digest; changed: boolean }> {
  const tagOrDigest = reference.digest ?? reference.tag ?? 'latest';
  const { tag: _tag, ...untagged } = reference;
  const shown = reference.digest === undefined ? tagOrDigest : formatReference(untagged);
  const onFound = () => o.emit({ kind: 'line', id: shown, status: `Pulling from ${reference.path}` });
  // A name is by digest too, whatever it was pulled by.
  const names = (digest: Digest) => [
    { ...untagged, digest },
    ...(reference.digest === undefined ? [{ ...reference, tag: tagOrDigest }] : []),
  ];
  if (o.platform.os !== 'linux') {
    onFound();
    throw invalid('operating system is not supported');
  }
  const known = deps.find(reference);
  const same = known && (await findSame(known, repository, deps, { ...o, tagOrDigest }));
  if (same) {
    onFound();
    await settled(same.source.layers, deps);
    deps.record(known.id, same.source, names(same.digest));
    return { id: known.id, digest: same.digest, changed: false };
  }
  const pulled = await readManifest(repository, tagOrDigest, { ...o, onFound });
  const { digest } = (pulled.index ?? pulled.source).descriptor;
  const pull = new Pull(pulled, repository, deps, o);
  try {
    const { config, ...image } = await pull.fetch();
    const id = sha256(config);
    deps.record(id, image, names(digest));
    return { id, digest, changed: known?.id !== id };
  } finally {
    pull.leave();
  }
}

/** One question to the registry tells that there is nothing to do: the name still means what it came with. */
async function findSame(
  image: Image,
  repository: Repository,
  { content }: PullDeps,
  { tagOrDigest, ...o }: PullOptions & { tagOrDigest: string },
): Promise<{ digest: Digest; source: Omit<NewImage, 'config'> } | undefined> {
  if (image.sources.length === 0) return undefined;
  const { digest } = await repository.resolve(tagOrDigest, o);
  const source = image.sources.find(({ manifest, index }) => (index ?? manifest).digest === digest);
  if (!source?.layers.every(layer => content.has(layer.digest))) return undefined;
  if (source.index) {
    const parsed = parseManifest(await content.bytes(source.index.digest));
    const chosen = 'index' in parsed ? choosePlatform(parsed.index.manifests, o) : undefined;
    if (chosen?.digest !== source.manifest.digest) return undefined;
  }
  const { layers, ...documents } = source;
  return { digest, source: { layers, source: documents } };
}

/** Blobs that a load has just brought may be on their way to the disk. */
function settled(layers: readonly Descriptor[], { content }: PullDeps): Promise<void> {
  return content.lateSync.settled(layers.map(({ digest }) => digest));
}

/** The blobs of one manifest. */
class Pull {
  readonly #pulled: PulledManifest;
  readonly #repository: Repository;
  readonly #deps: PullDeps;
  readonly #options: PullOptions;
  readonly #layers: PulledLayer[] = [];
  /** Ends what still runs when something else has failed. */
  readonly #stop = new AbortController();
  #extracting: Promise<void> = Promise.resolve();
  #complete = false;

  constructor(pulled: PulledManifest, repository: Repository, deps: PullDeps, options: PullOptions) {
    this.#pulled = pulled;
    this.#repository = repository;
    this.#deps = deps;
    this.#options = options;
  }

  async fetch(): Promise<NewImage> {
    const { manifest, source, index } = this.#pulled;
    const { lease } = this.#options;
    const { content } = this.#deps;
    lease.keep(manifest.config.digest, ...manifest.layers.map(layer => layer.digest));
    for (const descriptor of manifest.layers) this.#join(descriptor);
    const config = await this.#config(manifest.config);
    await this.#fetchLayers(checkConfig(config, manifest.layers), sha256(config));
    for (const layer of this.#layers) await layer.publish(lease);
    await settled(manifest.layers, this.#deps);
    await this.#keepManifests([source, ...(index ? [index] : [])]);
    lease.keep(sha256(config));
    if (!content.has(sha256(config))) await content.put(config, { lease });
    const documents = { manifest: typed(source.descriptor), ...(index ? { index: typed(index.descriptor) } : {}) };
    return { config, layers: manifest.layers.map(typed), source: documents };
  }

  leave(): void {
    this.#stop.abort();
    for (const layer of this.#layers) layer.leave();
    // What is given up half-way is extracted to the end of the portion under way.
    if (!this.#complete) void this.#extracting.catch(() => {}).then(() => this.#deps.collect());
  }

  async #fetchLayers(diffIds: readonly Digest[], id: Digest): Promise<void> {
    const { layers, has } = this.#deps;
    const { lease, signal } = this.#options;
    const chain = chainIds(diffIds);
    lease.keep(...chain);
    const present = this.#layers.map((layer, at) => layer.isHere && layers.has(chain[at] as Digest));
    // Of an image that is here Docker has nothing to tell.
    if (has(id) && present.every(Boolean)) return;
    for (const [at, layer] of this.#layers.entries()) layer.announce(present[at] === true);
    for (const layer of this.#layers) layer.begin();
    // What fails first is why the pull fails: a download that breaks off need not wait for its turn to be extracted.
    const downloads = this.#layers.map(layer => layer.downloaded());
    this.#extracting = this.#extract(chain, diffIds);
    // Whoever goes away does not wait for what others still want.
    await unlessCancelled(Promise.race([this.#extracting, failure(downloads)]), signal);
    this.#complete = true;
  }

  #join(descriptor: Descriptor): void {
    const { layers, downloads, content } = this.#deps;
    const { emit } = this.#options;
    const signal = AbortSignal.any([this.#options.signal, this.#stop.signal]);
    const what = { descriptor, repository: this.#repository, present: content.has(descriptor.digest) };
    this.#layers.push(new PulledLayer(what, { layers, downloads, emit, signal }));
  }

  /** Some at a time, bottom first; each becomes a layer after the one below it. */
  async #extract(chain: readonly Digest[], diffIds: readonly Digest[]): Promise<void> {
    const slots = new Limiter(layersAtOnce);
    let ready: Promise<void> | undefined;
    const extracted = this.#layers.map((layer, at) => {
      ready = layer.extract(chain[at] as Digest, diffIds[at] as Digest, { below: chain.slice(0, at), ready, slots });
      return ready;
    });
    await allEnded(extracted, () => this.#stop.abort());
    await Promise.all(this.#layers.map(layer => layer.complete()));
  }

  async #config(descriptor: Descriptor): Promise<Buffer> {
    const { content } = this.#deps;
    if (content.has(descriptor.digest)) return content.bytes(descriptor.digest);
    if (descriptor.size > largestConfig) throw invalid(`image config ${descriptor.digest} is too large`);
    return this.#repository.blobBytes(descriptor, { signal: this.#options.signal });
  }

  async #keepManifests(manifests: readonly FetchedManifest[]): Promise<void> {
    const { lease } = this.#options;
    for (const { bytes, descriptor } of manifests) {
      lease.keep(descriptor.digest);
      if (!this.#deps.content.has(descriptor.digest)) {
        await this.#deps.content.put(bytes, { lease, expected: descriptor.digest });
      }
    }
  }
}

/** Never resolves; rejects with the first failure. */
function failure(all: readonly Promise<unknown>[]): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const one of all) one.catch(reject);
  });
}

function checkConfig(bytes: Buffer, layers: readonly Descriptor[]): Digest[] {
  const config: ImageConfig = parseImageConfig(bytes);
  if (config.os !== 'linux') {
    throw invalid(
      `image operating system "${config.os}" cannot be used on this platform: operating system is not supported`,
    );
  }
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== layers.length) throw invalid("layers from manifest don't match image configuration");
  return diffIds;
}

function typed({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}
