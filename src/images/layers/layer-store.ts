// Extracted layers on disk: each once, whoever shares it, under a small number (`layers/<n>`).
import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContentStore, GrowingFile, Lease, SharedBytes } from '../../content/index.ts';
import type { Kernel } from '../../kernel/index.ts';
import { KeyedMutex } from '../../lib/concurrency/keyed-mutex.ts';
import type { Limiter } from '../../lib/concurrency/limiter.ts';
import { invalid, systemError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type Digest, shortId } from '../../oci/digest.ts';
import type { Collection, Store } from '../../store/index.ts';
import { GivenUp } from '../given-up.ts';
import { LayerWorkers } from '../workers/layer-workers.ts';
import type { AppliedLayer } from './extract/apply-layer.ts';
import { extractLayer, extractShared } from './extract/extract-layer.ts';
import { takeAfter } from './extract/implied-directories.ts';
import type { LayerRecord } from './layer-record.ts';
import { LayerSync } from './layer-sync.ts';

/** A layer to extract, and what lies below it (chain ids, bottom first). */
export interface LayerSource {
  descriptor: Descriptor;
  below: readonly Digest[];
  /** Resolves when the layers below are there, if they are not yet: it can be extracted meanwhile. Throws why not. */
  ready?: Promise<unknown> | undefined;
  /** Waits for one of these to extract it. */
  slots?: Limiter | undefined;
  /** Hears how many bytes of the blob were read each time. */
  onRead?: (bytes: number) => void;
  /** What was extracted of it already, if anything; it is the caller's then. */
  aside?: (() => Promise<ExtractedBlob | undefined>) | undefined;
  /** Where the bytes come from while they are no blob of the content store yet. */
  open?: (() => Promise<GrowingFile>) | undefined;
}

/** A blob in a directory that is no layer yet. */
export interface ExtractedBlob {
  path: string;
  applied: AppliedLayer;
}

interface LayerStoreDeps {
  kernel: Pick<Kernel, 'files' | 'host'>;
  store: Store;
  content: ContentStore;
  logger: Logger;
}

const temporaryPrefix = 'new-';

/** Layers of an image that are extracted at a time. */
export const layersAtOnce = 2;

/** Keyed by chain id. Records come after the directory they speak of and go before it; `sweep` removes the rest. */
export class LayerStore {
  /** Threads for work on layers, whoever wants it done; `close` ends them. */
  readonly workers = new LayerWorkers();
  readonly #root: string;
  readonly #deps: LayerStoreDeps;
  readonly #records: Collection<LayerRecord>;
  readonly #extracting = new KeyedMutex();
  readonly #given: GivenUp;
  readonly #sync: LayerSync;
  #next: number;

  /** `root` is `dataRoot/layers`. */
  constructor(root: string, deps: LayerStoreDeps) {
    this.#root = root;
    this.#deps = deps;
    this.#records = deps.store.collection('layers');
    this.#sync = new LayerSync(root, { ...deps, records: this.#records });
    mkdirSync(root, { recursive: true, mode: 0o700 });
    this.#given = new GivenUp(root, { ...deps, atOnce: 1 });
    // Each layer where there is room, not beside the last: see placeDirectory, which chooses among such places.
    deps.kernel.files.spreadDirectories(root);
    const numbers = this.#records.list().map(({ value }) => value.number);
    this.#next = Math.max(0, ...numbers, ...readdirSync(root).map(directoryNumber)) + 1;
  }

  has(chainId: Digest): boolean {
    return this.#records.get(chainId) !== undefined;
  }

  list(): Digest[] {
    return this.#records.list().map(({ id }) => id as Digest);
  }

  /** Bytes; 0 for a layer that is not there. */
  size(chainId: Digest): number {
    return this.#records.get(chainId)?.size ?? 0;
  }

  /** The directory of a layer; throws `system` when it is not there. */
  path(chainId: Digest): string {
    const record = this.#records.get(chainId);
    if (!record) throw systemError(`layer ${chainId} does not exist`);
    return join(this.#root, String(record.number));
  }

  /**
   * Extracts a layer unless it is there; the caller keeps its chain id by a lease. Concurrent calls for the same one wait for the first. Throws `invalid` when
   * the content is not what `diffId` says. Returns false when there was nothing to do.
   */
  async ensure(chainId: Digest, diffId: Digest, source: LayerSource, signal?: AbortSignal): Promise<boolean> {
    return this.#extracting.run(chainId, async () => {
      if (this.has(chainId)) return false;
      const { path, applied: found } = (await source.aside?.()) ?? (await this.extractAside(source, signal));
      try {
        if (found.diffId !== diffId) {
          throw invalid(`layers from manifest don't match image configuration: ${found.diffId} is not ${diffId}`);
        }
        await source.ready;
        await this.#adopt(path, chainId, { ...found, below: source.below });
      } catch (error) {
        await rm(path, { recursive: true, force: true });
        throw error;
      }
      return true;
    });
  }

  /** Extracts a blob into a directory of the caller's, who gives it to `ensure` or removes it. Throws `invalid`, `cancelled`. */
  async extractAside(
    source: Pick<LayerSource, 'descriptor' | 'onRead' | 'open' | 'slots'>,
    signal?: AbortSignal,
  ): Promise<ExtractedBlob> {
    using _slot = await source.slots?.acquire(signal);
    const path = this.#temporary();
    try {
      return { path, applied: await this.#extract(path, source, { trusted: true, signal }) };
    } catch (error) {
      await rm(path, { recursive: true, force: true });
      throw error;
    }
  }

  /** The same of a blob, not compressed, that is on its way into the content store. Throws also why it did not come. */
  async extractWhileItComes(bytes: SharedBytes, slots: Limiter, signal?: AbortSignal): Promise<ExtractedBlob> {
    const path = this.#temporary();
    try {
      using _slot = await slots.acquire(signal);
      const applied = await extractShared(bytes, path, { workers: this.workers, signal });
      this.#warnOf(applied, applied.diffId);
      return { path, applied };
    } catch (error) {
      bytes.leave();
      await rm(path, { recursive: true, force: true });
      throw error;
    }
  }

  /** Whether one of that content is there, whatever it stands on. */
  hasDiff(diffId: Digest): boolean {
    return this.#records.list().some(({ value }) => value.diffId === diffId);
  }

  /** The chain ids below and of this one, bottom first; throws `system` when one is not there. */
  chain(chainId: Digest): { chainId: Digest; diffId: Digest; size: number; archiveSize?: number }[] {
    const record = this.#records.get(chainId);
    if (!record) throw systemError(`layer ${chainId} does not exist`);
    const below = record.parent === undefined ? [] : this.chain(record.parent);
    const { diffId, size, archiveSize } = record;
    return [...below, { chainId, diffId, size, ...(archiveSize !== undefined && { archiveSize }) }];
  }

  /** An empty directory for a layer that will be written here. Until `record` a restart takes it away. */
  reserve(): { number: number; path: string } {
    const number = this.#next++;
    const path = join(this.#root, String(number));
    mkdirSync(path, { mode: 0o755 });
    return { number, path };
  }

  /** Makes a reserved directory a layer; false when there is one of that content already, and this stays the caller's. */
  record(chainId: Digest, layer: Omit<LayerRecord, 'parent'> & { parent?: Digest | undefined }): boolean {
    if (this.has(chainId)) return false;
    this.#put(chainId, layer);
    return true;
  }

  /** Layers that a power cut may have left without some of their files, those below others first; see `renew`. */
  doubtful(): Digest[] {
    return this.#sync.doubtful();
  }

  /** Extracts a layer anew in the place of what is there. Throws `invalid` when the content is not what it was. */
  async renew(chainId: Digest, source: LayerSource): Promise<void> {
    const old = this.#records.get(chainId);
    if (!old) throw systemError(`layer ${chainId} does not exist`);
    const temporary = this.#temporary();
    try {
      const found = await this.#extract(temporary, source, { trusted: false });
      if (found.diffId !== old.diffId) throw invalid(`layer ${chainId} is not ${old.diffId} but ${found.diffId}`);
      await this.#adopt(temporary, chainId, { ...found, below: source.below });
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
    this.#given.add(String(old.number));
  }

  /** The directory of one layer as another one, too: the same changes on top of others. */
  recordSame(known: Digest, chainId: Digest, parent: Digest): void {
    const record = this.#records.get(known);
    if (!record) throw systemError(`layer ${known} does not exist`);
    this.record(chainId, { ...record, parent });
  }

  /** Removes a reserved directory that did not become a layer. */
  release(number: number): void {
    this.#given.add(String(number));
  }

  /** Extracts a lowest layer whose diff id nobody knows yet, and returns that (its chain id too), kept by the lease. */
  async discover(descriptor: Descriptor, lease: Lease, signal?: AbortSignal): Promise<Digest> {
    const temporary = this.#temporary();
    try {
      const found = await this.#extract(temporary, { descriptor }, { trusted: true, signal });
      lease.keep(found.diffId);
      return await this.#extracting.run(found.diffId, async () => {
        if (this.has(found.diffId)) await rm(temporary, { recursive: true, force: true });
        else await this.#adopt(temporary, found.diffId, { ...found, below: [] });
        return found.diffId;
      });
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * Removes layers nobody uses: at once for everybody else, on disk in the background. Idempotent. Not for use inside a
   * transaction: the records must be gone for good before the directories are.
   */
  remove(chainIds: readonly Digest[]): void {
    const numbers = this.#deps.store.transaction(
      () =>
        chainIds.flatMap(chainId => {
          const record = this.#records.get(chainId);
          return record && this.#records.delete(chainId) ? [record.number] : [];
        }),
      { frees: true },
    );
    if (numbers.length === 0) return;
    const inUse = new Set(this.#records.list().map(({ value }) => value.number));
    for (const number of new Set(numbers)) if (!inUse.has(number)) this.#given.add(String(number));
  }

  /** Removes what no record owns: left by a crash. Only while nothing is being extracted. */
  sweep(): void {
    const known = new Set(this.#records.list().map(({ value }) => String(value.number)));
    for (const name of readdirSync(this.#root)) if (!known.has(name)) this.#given.add(name);
  }

  /** Waits for removals in the background. */
  async settled(): Promise<void> {
    await this.#given.settled();
  }

  /** Waits for all that goes on in the background; nothing new begins. */
  async close(): Promise<void> {
    this.workers.close();
    await this.#sync.close();
    await this.settled();
  }

  /** A name for a directory that becomes a layer, or is removed; also by `sweep`. */
  #temporary(): string {
    return join(this.#root, `${temporaryPrefix}${this.#next++}`);
  }

  async #extract(
    target: string,
    { descriptor, onRead, open }: Pick<LayerSource, 'descriptor' | 'onRead' | 'open'>,
    o: { trusted: boolean; signal?: AbortSignal | undefined },
  ): Promise<AppliedLayer> {
    const { kernel, content } = this.#deps;
    const bytes = await (open?.() ?? content.open(descriptor.digest));
    const isVerified = o.trusted && open === undefined && descriptor.digest.startsWith('sha256:');
    const archive = { bytes, onRead, size: descriptor.size, trustedDiffId: isVerified ? descriptor.digest : undefined };
    const deps = { workers: this.workers, files: kernel.files, signal: o.signal };
    const applied = await extractLayer(archive, target, deps);
    this.#warnOf(applied, descriptor.digest);
    return applied;
  }

  #warnOf({ skipped }: AppliedLayer, digest: Digest): void {
    for (const one of skipped) {
      this.#deps.logger.warn('extended attribute not set', { ...one, layer: shortId(digest) });
    }
  }

  /** Makes it a layer. Those below are there. */
  async #adopt(
    temporary: string,
    chainId: Digest,
    { diffId, size, implied, below }: AppliedLayer & { below: readonly Digest[] },
  ): Promise<void> {
    const lower = below.map(under => this.path(under)).reverse();
    await takeAfter(temporary, implied, lower);
    const number = Number(temporary.slice(temporary.lastIndexOf('-') + 1));
    renameSync(temporary, join(this.#root, String(number)));
    this.#put(chainId, { number, diffId, size, parent: below.at(-1) });
  }

  /** The record is as durable as the image's that comes after it: without that it is swept away anyhow. */
  #put(chainId: Digest, { parent, ...rest }: Omit<LayerRecord, 'parent'> & { parent?: Digest | undefined }): void {
    const record = { ...rest, ...this.#sync.mark(), ...(parent === undefined ? {} : { parent }) };
    this.#records.put(chainId, record, { durable: false });
  }
}

/** `12` of `12`, `new-12` and `removed-12`; 0 where there is none. */
function directoryNumber(name: string): number {
  return Number(/\d+$/.exec(name)?.[0] ?? 0);
}
