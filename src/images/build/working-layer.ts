// A layer that is being written, over a chain of others.
import { chmodSync, closeSync, lchownSync, lstatSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kernel } from '../../kernel/index.ts';
import { errorCode } from '../../lib/errors.ts';
import { encodeName } from '../../lib/tar/names.ts';
import type { DigestJob } from '../workers/layer-jobs.ts';
import type { LayerWorkers } from '../workers/layer-workers.ts';
import type { BuildLayer } from './build-layer.ts';
import type { CopyJob, CopyOutcome, Owner } from './copy/copy-job.ts';
import { makeDirectories } from './copy/make-directories.ts';
import type { EarlyFiles } from './early-files.ts';

type LayerCopy = Omit<CopyJob, 'kind' | 'root' | 'upper'>;
/** What `seal` needs not pack again. */
type OpenPacked = NonNullable<DigestJob['packed']>;

interface WorkingLayerOptions {
  /** Bottom first. */
  readonly below: readonly BuildLayer[];
  /** Where the layer itself is written. */
  readonly upper: string;
  /** For what mounting needs; removed at the end. */
  readonly scratch: string;
  /** Lies under everything: places for what is mounted into a container. */
  readonly base: string;
  /** The same folder by a path that shows owners as containers with remapped users have them. */
  readonly remapped: (path: string) => string;
  /** Closes the file of what is packed. */
  readonly seal: (packed: OpenPacked | undefined) => BuildLayer;
  readonly discard: () => void;
}

/** Dispose it in any case: what was not sealed by then is thrown away. */
export class WorkingLayer implements AsyncDisposable {
  /** Where the root file system appears while it is mounted. */
  readonly root: string;
  readonly #options: WorkingLayerOptions;
  readonly #deps: { kernel: Pick<Kernel, 'mounts' | 'files'>; workers: LayerWorkers };
  #mounted = false;
  #over = false;
  #packed: OpenPacked | undefined;

  constructor(options: WorkingLayerOptions, deps: { kernel: Pick<Kernel, 'mounts' | 'files'>; workers: LayerWorkers }) {
    this.#options = options;
    this.#deps = deps;
    this.root = join(options.scratch, 'merged');
    const { below, upper, scratch } = options;
    for (const name of ['merged', 'work', 'places']) mkdirSync(join(scratch, name), { mode: 0o755 });
    const top = below.at(-1);
    const stats = top ? lstatSync(top.directory) : { uid: 0, gid: 0, mode: 0o755 };
    lchownSync(upper, stats.uid, stats.gid);
    chmodSync(upper, stats.mode & 0o7777);
  }

  /** Where the layer itself is written. */
  get upper(): string {
    return this.#options.upper;
  }

  /**
   * Mounts it for writing. `places`: absolute paths where something will be mounted; where the layers have nothing there
   * an empty directory (or file, `file: true`) appears which is no part of the layer. `forContainer`: with owners as
   * containers have them, where the daemon remaps users. `bare`: without the directories every container has.
   */
  mount(
    places: readonly { path: string; file?: boolean }[] = [],
    o: { forContainer?: boolean; bare?: boolean } = {},
  ): string {
    const stubs = join(this.#options.scratch, 'places');
    for (const place of places) makePlace(stubs, place);
    this.#mount(places.length > 0 || o.bare ? [stubs] : [], o);
    const missing = places
      .map(place => ({ ...place, path: this.#inside(place.path) }))
      .filter(place => !this.#has(place));
    // A link of the layers leads to where nothing is.
    if (missing.length > 0) {
      this.unmount();
      for (const place of missing) makePlace(stubs, place);
      this.#mount([stubs], o);
    }
    return this.root;
  }

  #mount(places: readonly string[], o: { forContainer?: boolean; bare?: boolean }): void {
    const { below, upper, scratch, base } = this.#options;
    const seen = o.forContainer ? this.#options.remapped : (path: string) => path;
    const lower = [...below.map(layer => layer.directory).reverse(), ...places, ...(o.bare ? [] : [base])];
    const { mounts } = this.#deps.kernel;
    mounts.overlay({
      lower: lower.map(seen),
      upper: seen(upper),
      work: seen(join(scratch, 'work')),
      target: this.root,
      index: false,
      volatile: true,
    });
    this.#mounted = true;
  }

  /** Where a path of the container really is in it. */
  #inside(path: string): string {
    return this.#deps.kernel.files.openInRoot(this.root, path).slice(this.root.length) || '/';
  }

  #has({ path }: { path: string }): boolean {
    return lstatSync(encodeName(`${this.root}${path}`), { throwIfNoEntry: false }) !== undefined;
  }

  /** Idempotent. What still uses it keeps it until it lets go. */
  unmount(): void {
    if (!this.#mounted) return;
    this.#mounted = false;
    const { mounts } = this.#deps.kernel;
    try {
      mounts.unmount(this.root);
    } catch (error) {
      if (errorCode(error) !== 'EBUSY') throw error;
      mounts.unmount(this.root, { lazy: true });
    }
  }

  /** Copies into it, off this thread; it must be mounted. */
  copy(job: LayerCopy, signal?: AbortSignal): Promise<CopyOutcome> {
    return this.#deps.workers.run({ ...job, kind: 'copy', root: this.root, upper: this.#options.upper }, signal);
  }

  /** The same of a job that `copyEarly` was given, as the only copy of this layer. */
  async takeCopy(job: LayerCopy, early: EarlyFiles, signal?: AbortSignal): Promise<void> {
    // What is packed after that may lack what was taken already.
    const { packed } = early;
    const { taken } = await this.copy({ ...job, made: early.directory }, signal);
    if (taken === undefined || packed?.name !== taken || this.#over) return;
    this.#packed = { ...packed, descriptor: openSync(packed.path, 'r') };
  }

  /** A directory and its parents where they are missing, 0755 and of that owner; it must be mounted. */
  makeDirectory(path: string, owner: Owner | undefined): void {
    const { files } = this.#deps.kernel;
    makeDirectories(files.openInRoot(this.root, path), { owner, files, root: this.root });
  }

  /** Ends the writing and makes a layer of it, which is packed in the background. */
  seal(): BuildLayer {
    this.unmount();
    this.#over = true;
    const layer = this.#options.seal(this.#packed);
    this.#removeScratch();
    return layer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    if (this.#packed) closeSync(this.#packed.descriptor);
    this.unmount();
    this.#removeScratch();
    this.#options.discard();
  }

  #removeScratch(): void {
    rmSync(this.#options.scratch, { recursive: true, force: true });
  }
}

/** Below a directory of our own: no link can be on the way. */
function makePlace(root: string, { path, file }: { path: string; file?: boolean }): void {
  const parts = path.split('/').filter(part => part !== '' && part !== '.' && part !== '..');
  const place = join(root, ...parts);
  if (lstatSync(place, { throwIfNoEntry: false })) return;
  mkdirSync(file ? join(place, '..') : place, { recursive: true, mode: 0o755 });
  if (file) writeFileSync(place, '', { mode: 0o644 });
}
