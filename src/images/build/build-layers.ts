// Layers that builds make: written over a chain, packed in the background, and then layers like those of any image.
import { closeSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ContentStore, Lease } from '../../content/index.ts';
import type { Kernel } from '../../kernel/index.ts';
import { errorMessage, systemError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { type Digest, sha256 } from '../../oci/digest.ts';
import type { PackedAhead } from '../layers/diff/pack-ahead.ts';
import type { LayerStore } from '../layers/layer-store.ts';
import { makeInitLayer } from '../snapshots/init-layer.ts';
import type { DigestJob } from '../workers/layer-jobs.ts';
import type { BuildLayer, SettledLayer } from './build-layer.ts';
import type { CopyJob, CopyOutcome } from './copy/copy-job.ts';
import type { KeptFile } from './copy/keep-file.ts';
import type { EarlyFiles } from './early-files.ts';
import { type FetchableLayer, type FetchedLayer, type FetchOptions, fetchLayers } from './fetch-layers.ts';
import { squashLayers } from './squash-layers.ts';
import { WorkingLayer } from './working-layer.ts';

interface BuildLayersDeps {
  kernel: Pick<Kernel, 'mounts' | 'files'>;
  layers: LayerStore;
  content: ContentStore;
  logger: Logger;
  /** Where users are remapped: the data root, and where it shows owners as containers have them. */
  remapped?: { from: string; to: { path: string } } | undefined;
}

/** A chain of layers to be read. Dispose it when nothing of it is read any more. */
interface LayerView extends Disposable {
  readonly root: string;
}

/** Bytes: where files are few and large, packing them again costs less than writing them down. */
const mostPacked = 32 * 1024 * 1024;
/** What an archive says of a file, and the rest of its last block, at the most. */
const memberSize = 1024;

type EarlyCopy = Pick<CopyJob, 'sourceRoot' | 'shareable' | 'shareAgain' | 'sources' | 'mode'>;

/**
 * While anybody has it open, nothing a build has made or looked up is collected; what has become of it by the end is kept
 * by image records and by the keeper of the build cache.
 */
export class BuildLayers {
  readonly #root: string;
  /** The layer that lies under every step. */
  readonly #base: string;
  readonly #deps: BuildLayersDeps;
  /** Keeps what builds under way stand on. */
  #lease: Lease | undefined;
  /** Directories whose content another layer has, too: they go when no build runs. */
  #spare: number[] = [];
  #users = 0;
  #next = 1;

  /** `root` is `dataRoot/builds`. */
  constructor(options: { root: string }, deps: BuildLayersDeps) {
    this.#root = options.root;
    this.#base = join(options.root, 'base');
    this.#deps = deps;
    mkdirSync(join(options.root, 'empty'), { recursive: true, mode: 0o755 });
    makeInitLayer(this.#base, { marked: false });
  }

  /** For the length of a build; the last to let go frees what none of them came to use. */
  open(): Disposable {
    this.#lease ??= this.#deps.content.pins.lease();
    this.#users++;
    let open = true;
    return {
      [Symbol.dispose]: () => {
        if (!open) return;
        open = false;
        if (--this.#users > 0) return;
        this.#lease?.[Symbol.dispose]();
        this.#lease = undefined;
        for (const number of this.#spare.splice(0)) this.#deps.layers.release(number);
      },
    };
  }

  /** Reads what node:fs does not of files in views. */
  get attributes(): Pick<Kernel['files'], 'listXattr' | 'getXattr'> {
    return this.#deps.kernel.files;
  }

  has(chainId: Digest): boolean {
    return this.#deps.layers.has(chainId);
  }

  /** Bytes of the files of a layer; 0 when it is not there. */
  sizeOf(chainId: Digest): number {
    return this.#deps.layers.size(chainId);
  }

  /** The names of a chain, bottom first; none when it is not there. */
  chainIds(top: Digest): Digest[] {
    const { layers } = this.#deps;
    return layers.has(top) ? layers.chain(top).map(({ chainId }) => chainId) : [];
  }

  /** The layers of a recorded chain, bottom first, by the chain id of its top. Throws `system` when one is gone. */
  chain(top: Digest): BuildLayer[] {
    const { layers } = this.#deps;
    return layers.chain(top).map(layer => {
      this.#lease?.keep(layer.chainId);
      return { directory: layers.path(layer.chainId), settled: Promise.resolve({ ...layer, empty: false }) };
    });
  }

  /** Brings in layers that others made; kept like those this machine makes. See `fetchLayers`. */
  fetch(wanted: readonly FetchableLayer[], o: Omit<FetchOptions, 'lease'>): Promise<FetchedLayer[]> {
    if (!this.#lease) throw systemError('layers are fetched for a build, and none is open');
    return fetchLayers(wanted, this.#deps, { ...o, lease: this.#lease });
  }

  /** Begins a layer over `below` (bottom first). */
  create(below: readonly BuildLayer[]): WorkingLayer {
    const { number, path: upper } = this.#deps.layers.reserve();
    const scratch = join(this.#root, String(this.#next++));
    mkdirSync(scratch, { mode: 0o711 });
    const seal = (packed: DigestJob['packed']): BuildLayer => {
      const settled = this.#settle({ number, upper, packed }, below);
      settled.catch((error: unknown) =>
        this.#deps.logger.warn('a layer could not be packed', { error: errorMessage(error) }),
      );
      return { directory: upper, settled };
    };
    const discard = () => this.#deps.layers.release(number);
    const deps = { kernel: this.#deps.kernel, workers: this.#deps.layers.workers };
    const remapped = (path: string) => this.seenByContainers(path);
    return new WorkingLayer({ below, upper, scratch, base: this.#base, remapped, seal, discard }, deps);
  }

  /** Layers are packed beside everything else; this says that somebody waits for those sealed so far. */
  hasten(): void {
    this.#deps.layers.workers.hasten();
  }

  /**
   * Makes what the copy of a directory (the only source of `job`, with neither an owner nor a time) will be in a layer that
   * cannot be begun yet; that copy takes it over, if nothing is in its way by then. It is packed beside everything else, as
   * what will be at `name` in the layer. Dispose of it in any case; what was not taken is removed. Throws what a copy does.
   */
  async copyEarly(job: EarlyCopy, name: string, signal: AbortSignal): Promise<EarlyFiles> {
    const { workers } = this.#deps.layers;
    const { number, path } = this.#deps.layers.reserve();
    const release = () => this.#deps.layers.release(number);
    const [directory, over] = [join(path, 'made'), new AbortController()];
    let packing: Promise<void> | undefined;
    let packed: PackedAhead | undefined;
    try {
      const places = { root: path, upper: path, destination: '/made' };
      const copied = await workers.run({ ...job, ...places, kind: 'copy', isEarly: true, contentsOnly: true }, signal);
      if (name !== '' && copied.bytes + copied.files * memberSize <= mostPacked) {
        packing = workers.run({ kind: 'pack', directory, name, path: join(path, 'packed') }, over.signal).then(
          outcome => {
            packed = outcome.packed;
          },
          // Then the layer is packed as others are.
          () => {},
        );
      }
    } catch (error) {
      release();
      throw error;
    }
    return {
      directory,
      get packed() {
        return packed;
      },
      [Symbol.asyncDispose]: async () => {
        if (over.signal.aborted) return;
        over.abort();
        await packing;
        release();
      },
    };
  }

  /** Makes a new file, off this thread, of one that somebody else has open: see `keepFile`. */
  async keepFile(from: number, to: string, signal: AbortSignal): Promise<KeptFile> {
    return (await this.#deps.layers.workers.run({ kind: 'keep', from, to }, signal)).kept;
  }

  /** Copies into a plain directory. */
  copyTo(root: string, job: Omit<CopyJob, 'kind' | 'root' | 'upper'>, signal: AbortSignal): Promise<CopyOutcome> {
    return this.#deps.layers.workers.run({ ...job, kind: 'copy', root, upper: root }, signal);
  }

  /** The same layers (bottom first) on top of others than they were made on. */
  move(moved: readonly BuildLayer[], below: readonly BuildLayer[]): BuildLayer[] {
    let parent = below.at(-1);
    return moved.map(layer => {
      const settled = this.#rename(layer, parent);
      settled.catch(() => {});
      parent = { directory: layer.directory, settled };
      return parent;
    });
  }

  /** A folder of the data root by the path that shows owners as containers have them: its own, if users are the host's. */
  seenByContainers(path: string): string {
    const { remapped } = this.#deps;
    return remapped ? join(remapped.to.path, relative(remapped.from, path)) : path;
  }

  /** One layer that says what those from `below` on (of `layers`, bottom first) say together. */
  async squash(layers: readonly BuildLayer[], below: number, signal: AbortSignal): Promise<BuildLayer> {
    const directories = layers.map(layer => layer.directory);
    await using working = this.create(layers.slice(0, below));
    await squashLayers({
      layers: directories.slice(below),
      lower: directories.slice(0, below).reverse(),
      target: working.upper,
      files: this.#deps.kernel.files,
      signal,
    });
    return working.seal();
  }

  /** Mounts a chain for reading. `forContainer`: with owners as containers have them. */
  view(layers: readonly BuildLayer[], o: { forContainer?: boolean } = {}): LayerView {
    const root = join(this.#root, String(this.#next++));
    mkdirSync(root, { mode: 0o755 });
    const lower = [...layers.map(layer => layer.directory).reverse(), join(this.#root, 'empty')];
    const { mounts } = this.#deps.kernel;
    // Overlay without an upper layer wants two others.
    const seen = o.forContainer ? (path: string) => this.seenByContainers(path) : (path: string) => path;
    if (layers.length > 0) mounts.overlay({ lower: lower.map(seen), target: root });
    return {
      root,
      [Symbol.dispose]: () => {
        mounts.unmount(root, { lazy: true });
        rmdirSync(root);
      },
    };
  }

  /** Takes away what a crash left mounted. Call before the first build. */
  async restore(): Promise<void> {
    const names = readdirSync(this.#root).filter(name => name !== 'empty' && name !== 'base');
    const targets = names.flatMap(name => [join(this.#root, name, 'merged'), join(this.#root, name)]);
    for (const target of targets) {
      // Only what is mounted can be unmounted; the rest says so by false, or is not there.
      try {
        while (this.#deps.kernel.mounts.unmount(target, { lazy: true }));
      } catch (error) {
        this.#deps.logger.debug('not unmounted', { target, error: errorMessage(error) });
      }
    }
    await Promise.all(names.map(name => rm(join(this.#root, name), { recursive: true, force: true })));
  }

  async #rename(layer: BuildLayer, below: BuildLayer | undefined): Promise<SettledLayer> {
    const [own, under] = await Promise.all([layer.settled, below?.settled]);
    if (!under) return own;
    const chainId = sha256(`${under.chainId} ${own.diffId}`);
    this.#lease?.keep(chainId);
    this.#deps.layers.recordSame(own.chainId, chainId, under.chainId);
    return { ...own, chainId };
  }

  async #settle(
    { number, upper, packed }: { number: number; upper: string; packed: DigestJob['packed'] },
    below: readonly BuildLayer[],
  ): Promise<SettledLayer> {
    const { layers } = this.#deps;
    const lower = below.map(layer => layer.directory).reverse();
    const top = below.at(-1);
    try {
      const [found, parent] = await Promise.all([
        this.#deps.layers.workers.run({ kind: 'digest', upper, lower, packed }),
        top?.settled.then(layer => layer.chainId),
      ]);
      const { diffId, archiveSize, size, members } = found;
      const chainId = parent === undefined ? diffId : sha256(`${parent} ${diffId}`);
      this.#lease?.keep(chainId);
      if (!layers.record(chainId, { number, diffId, size, archiveSize, parent })) this.#spare.push(number);
      return { chainId, diffId, size, archiveSize, empty: members === 0 };
    } catch (error) {
      this.#spare.push(number);
      throw error;
    } finally {
      if (packed) closeSync(packed.descriptor);
    }
  }
}
