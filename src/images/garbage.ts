// Blobs and layers that no image and no container needs any more.
import type { ContentStore } from '../content/index.ts';
import type { Logger } from '../lib/logger.ts';
import { chainIds, type Digest } from '../oci/digest.ts';
import type { LayerStore } from './layers/layer-store.ts';
import type { ImageRecords } from './records/image-records.ts';
import type { ContainerLayers } from './snapshots/container-layers.ts';

export interface GarbageDeps {
  records: ImageRecords;
  layers: LayerStore;
  containerLayers: ContainerLayers;
  content: ContentStore;
  logger: Logger;
}

/**
 * Marks and sweeps. While somebody holds it (a load has blobs that no record speaks of yet) nothing is removed; the
 * last to let go runs what was asked for meanwhile. Marking and detaching happen in one synchronous step, so nothing
 * that comes after can lose what it found.
 */
export class Garbage {
  readonly #deps: GarbageDeps;
  readonly #removals = new Set<Promise<void>>();
  #holders = 0;
  #wanted = false;

  constructor(deps: GarbageDeps) {
    this.#deps = deps;
  }

  /** Keeps everything until disposed; then collects if anybody asked meanwhile. */
  hold(): Disposable {
    this.#holders++;
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#holders--;
        if (this.#wanted) this.collect();
      },
    };
  }

  /** Removes what is not needed, now or when the last holder lets go. Space is freed in the background. */
  collect(): void {
    this.#wanted = this.#holders > 0;
    if (this.#wanted) return;
    const { layers, content } = this.#deps;
    const neededLayers = this.neededLayers();
    layers.remove(layers.list().filter(chainId => !neededLayers.has(chainId)));
    const neededBlobs = this.#neededBlobs();
    for (const digest of content.list()) if (!neededBlobs.has(digest)) this.#remove(digest);
  }

  /** Chain ids that images or container layers stand on. */
  neededLayers(): Set<Digest> {
    return new Set([...this.layersOfImages(), ...this.#deps.containerLayers.neededLayers()]);
  }

  /** Chain ids that images stand on. */
  layersOfImages(): Set<Digest> {
    const { records } = this.#deps;
    return new Set(records.list().flatMap(({ id }) => chainIds(records.config(id).rootfs.diff_ids)));
  }

  /** Waits for removals in the background. */
  async settled(): Promise<void> {
    await Promise.all(this.#removals);
    await this.#deps.layers.settled();
  }

  #neededBlobs(): Set<Digest> {
    return new Set(
      this.#deps.records.list().flatMap(({ id, record }) => [id, ...record.layers.map(layer => layer.digest)]),
    );
  }

  #remove(digest: Digest): void {
    const removal = this.#deps.content
      .remove(digest)
      .catch((error: unknown) => this.#deps.logger.warn('blob not removed', { digest, error }))
      .finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }
}
