// Blobs and layers that no image and no container needs any more.
import type { ContentStore } from '../content/index.ts';
import type { Logger } from '../lib/logger.ts';
import type { Digest } from '../oci/digest.ts';
import type { LayerStore } from './layers/layer-store.ts';
import type { ImageRecords } from './records/image-records.ts';
import type { ContainerLayers } from './snapshots/container-layers.ts';

interface GarbageDeps {
  records: ImageRecords;
  layers: LayerStore;
  containerLayers: ContainerLayers;
  content: ContentStore;
  logger: Logger;
}

/**
 * Marks and sweeps, layers like blobs: chain ids and blob digests are pinned alike. Marking and detaching happen in one
 * synchronous step, so a load that keeps a digest and then finds it there will not lose it.
 */
export class Garbage {
  readonly #deps: GarbageDeps;

  constructor(deps: GarbageDeps) {
    this.#deps = deps;
    deps.content.pins.addKeeper(() => this.#recorded());
  }

  /** Removes what is not needed. Space is freed in the background. */
  collect(): void {
    const { layers, content, logger } = this.#deps;
    const needed = this.needed();
    layers.remove(layers.list().filter(chainId => !needed.has(chainId)));
    content.collect((digest, error) => logger.warn('blob not removed', { digest, error }));
  }

  /** Blobs and chain ids that images, containers, other users' records and work under way stand on. */
  needed(): Set<Digest> {
    return this.#deps.content.pins.all();
  }

  /** Chain ids that images stand on. */
  layersOfImages(): Set<Digest> {
    const { records } = this.#deps;
    return new Set(records.list().flatMap(({ id }) => records.chainIds(id)));
  }

  /** Waits for removals in the background. */
  async settled(): Promise<void> {
    await this.#deps.content.settled();
    await this.#deps.layers.settled();
  }

  *#recorded(): Generator<Digest, void> {
    const { records, containerLayers } = this.#deps;
    for (const { id } of records.list()) {
      yield* records.blobs(id);
      yield* records.chainIds(id);
    }
    yield* containerLayers.neededLayers();
  }
}
