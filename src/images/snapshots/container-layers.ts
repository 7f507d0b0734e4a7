// The writable layer of each container: `rw/<n>/{upper,work,merged}` over the layers of its image, as an overlay.
import { chmodSync, lchownSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Kernel } from '../../kernel/index.ts';
import { conflict, errorCode, notFound } from '../../lib/errors.ts';
import type { IdMap } from '../../lib/id-map.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Collection, Store } from '../../store/index.ts';
import { GivenUp } from '../given-up.ts';
import type { LayerStore } from '../layers/layer-store.ts';
import { makeInitLayer } from './init-layer.ts';

/** `layers`: chain ids of the image's layers, bottom first. */
interface ContainerLayerRecord {
  number: number;
  layers: Digest[];
  /** Its content need not outlive the machine. */
  ephemeral?: boolean;
  /** Its container has a user namespace. */
  remapped?: boolean;
  /** Only the image, without the places that every container has. */
  bare?: boolean;
}

/** How containers with a user namespace see the data root. */
export interface RemappedRoot {
  ids: IdMap;
  /** The path, such as `/run/berth/remapped`, at which the data root shows owners as those containers have them. */
  path: string;
}

/** Where a container's files are. `lower` topmost first. */
export interface ContainerLayer {
  upper: string;
  merged: string;
  lower: string[];
}

interface ContainerLayersDeps {
  kernel: Pick<Kernel, 'mounts'>;
  store: Store;
  layers: Pick<LayerStore, 'path'>;
  logger: Logger;
  /** `dataRoot` and its other appearance; undefined where no container has a user namespace. */
  remapped?: { from: string; to: RemappedRoot } | undefined;
}

const initName = 'init';

/** Keyed by container id. A record is made after its directories and goes before them; `restore` removes the rest. */
export class ContainerLayers {
  readonly #root: string;
  readonly #deps: ContainerLayersDeps;
  readonly #records: Collection<ContainerLayerRecord>;
  readonly #given: GivenUp;
  /** Root file systems somebody looks at, by container; `wanted` while the container itself needs its mount. */
  readonly #holds = new Map<string, { count: number; wanted: boolean }>();
  #next: number;

  /** `root` is `dataRoot/rw`. */
  constructor(root: string, deps: ContainerLayersDeps) {
    this.#root = root;
    this.#deps = deps;
    this.#records = deps.store.collection('container-layers');
    mkdirSync(root, { recursive: true, mode: 0o711 });
    this.#given = new GivenUp(root, deps);
    makeInitLayer(join(root, initName), { marked: true });
    const numbers = this.#records.list().map(({ value }) => value.number);
    this.#next = Math.max(0, ...numbers, ...readdirSync(root).map(number)) + 1;
  }

  /**
   * Makes the directories and the record; nothing is mounted. Throws `conflict` when the container has a layer. The
   * record is as durable as the caller's own that comes after it.
   */
  create(
    containerId: string,
    layers: readonly Digest[],
    o: { ephemeral?: boolean; remapped?: boolean; bare?: boolean } = {},
  ): void {
    if (this.#records.get(containerId)) throw conflict(`container ${containerId} has a layer already`);
    const entry = {
      number: this.#next++,
      layers: [...layers],
      ephemeral: o.ephemeral,
      remapped: o.remapped,
      bare: o.bare,
    };
    const { upper, work, merged, lower } = this.#paths(entry);
    const directory = join(this.#root, String(entry.number));
    mkdirSync(directory, { mode: 0o711 });
    for (const path of [upper, work, merged]) mkdirSync(path, { mode: 0o755 });
    // The root directory of the container is the one of its topmost image layer.
    const top = lstatSync(lower[0] as string);
    const base = layers.length > 0 ? top : { mode: 0o755, uid: 0, gid: 0 };
    lchownSync(upper, base.uid, base.gid);
    chmodSync(upper, base.mode & 0o7777);
    this.#records.put(containerId, entry, { durable: false });
  }

  /** Mounts the root file system unless it is, and returns where. Throws `not-found` for an unknown container. */
  mount(containerId: string): string {
    const { mounts } = this.#deps.kernel;
    const record = this.#get(containerId);
    const { upper, work, merged, lower } = this.#paths(record);
    const hold = this.#holds.get(containerId);
    if (hold) hold.wanted = true;
    if (!mounts.isMounted(merged)) {
      const seen = this.#seenBy(record);
      mounts.overlay({
        ...{ lower: lower.map(seen), upper: seen(upper), work: seen(work), target: merged },
        ...{ index: false, volatile: record.ephemeral === true },
      });
    }
    return merged;
  }

  /** The ids of the container's user namespace; undefined when it has none. */
  ids(containerId: string): IdMap | undefined {
    return this.#get(containerId).remapped ? this.#deps.remapped?.to.ids : undefined;
  }

  /** Keeps the root file system mounted until disposed, whether the container starts or ends meanwhile. */
  hold(containerId: string): { path: string } & Disposable {
    const { merged } = this.#paths(this.#get(containerId));
    const hold = this.#holds.get(containerId) ?? { count: 0, wanted: this.#deps.kernel.mounts.isMounted(merged) };
    const { wanted } = hold;
    const path = this.mount(containerId);
    hold.wanted = wanted;
    hold.count++;
    this.#holds.set(containerId, hold);
    let held = true;
    return {
      path,
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        if (--hold.count > 0 || this.#holds.get(containerId) !== hold) return;
        this.#holds.delete(containerId);
        if (!hold.wanted) this.#unmount(merged);
      },
    };
  }

  /** Unmounts; fine when it is not mounted or not known. What still uses it keeps it until it lets go. */
  unmount(containerId: string): void {
    const record = this.#records.get(containerId);
    const hold = this.#holds.get(containerId);
    if (hold) hold.wanted = false;
    else if (record) this.#unmount(this.#paths(record).merged);
  }

  /** Unmounts and removes; the directories go in the background. Idempotent. */
  remove(containerId: string): void {
    const record = this.#records.get(containerId);
    if (!record) return;
    this.#holds.delete(containerId);
    this.#unmount(this.#paths(record).merged);
    // Coming back after a power cut it is found to have no container.
    this.#records.delete(containerId, { durable: false });
    this.#given.add(String(record.number));
  }

  find(containerId: string): ContainerLayer | undefined {
    const record = this.#records.get(containerId);
    if (!record) return undefined;
    const { upper, merged, lower } = this.#paths(record);
    return { upper, merged, lower };
  }

  /** Ids of containers that have a layer. */
  list(): string[] {
    return this.#records.list().map(({ id }) => id);
  }

  /** Chain ids of the image layers one container stands on, bottom first; empty when it has no layer. */
  layersOf(containerId: string): Digest[] {
    return this.#records.get(containerId)?.layers ?? [];
  }

  /** Chain ids of image layers that containers stand on. */
  neededLayers(): Digest[] {
    return this.#records.list().flatMap(({ value }) => value.layers);
  }

  /** Removes the layers of all other containers, and directories (mounted ones too) that no record owns. */
  restore(containers: ReadonlySet<string>): void {
    for (const id of this.list()) if (!containers.has(id)) this.remove(id);
    const known = new Set([initName, ...this.#records.list().map(({ value }) => String(value.number))]);
    for (const name of readdirSync(this.#root)) {
      if (known.has(name)) continue;
      this.#unmount(join(this.#root, name, 'merged'));
      this.#given.add(name);
    }
  }

  /** Waits for removals in the background. */
  async settled(): Promise<void> {
    await this.#given.settled();
  }

  #get(containerId: string): ContainerLayerRecord {
    const record = this.#records.get(containerId);
    if (!record) throw notFound(`container ${containerId} has no layer`);
    return record;
  }

  #paths(record: ContainerLayerRecord): ContainerLayer & { work: string } {
    const directory = join(this.#root, String(record.number));
    const lower = [...record.layers].reverse().map(chainId => this.#deps.layers.path(chainId));
    return {
      upper: join(directory, 'upper'),
      work: join(directory, 'work'),
      merged: join(directory, 'merged'),
      // An overlay has at least one layer below.
      lower: record.bare && lower.length > 0 ? lower : [...lower, join(this.#root, initName)],
    };
  }

  /** The layers on disk are the same for all: only the mount they are reached through tells other owners. */
  #seenBy(record: ContainerLayerRecord): (path: string) => string {
    if (!record.remapped) return path => path;
    const { remapped } = this.#deps;
    if (!remapped) throw conflict('the container was created with userns-remap, which is off now');
    return path => join(remapped.to.path, relative(remapped.from, path));
  }

  #unmount(merged: string): void {
    const { mounts } = this.#deps.kernel;
    try {
      // More than one may lie on top of each other after a crash at an unlucky moment.
      while (mounts.unmount(merged));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return;
      if (errorCode(error) !== 'EBUSY') throw error;
      mounts.unmount(merged, { lazy: true });
    }
  }
}

/** `12` of `12`, `removed-12` and the like; 0 where there is none. */
function number(name: string): number {
  return Number(/\d+$/.exec(name)?.[0] ?? 0);
}
