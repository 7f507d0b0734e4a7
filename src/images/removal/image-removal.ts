// `docker rmi`: names, images and the platforms of one go, as the plan says, in one transaction.
import type { Digest } from '../../oci/digest.ts';
import { familiarReference } from '../../oci/reference.ts';
import type { Store } from '../../store/index.ts';
import type { Garbage } from '../garbage.ts';
import type { Image, ImageUser, RemovedImage } from '../image.ts';
import type { ImageNames } from '../records/image-names.ts';
import type { ImageRecord, ImageRecords } from '../records/image-records.ts';
import { platformsOf } from '../records/manifests/image-platforms.ts';
import { planRemoval, type RemovalStep, refuseUsed } from './plan-removal.ts';

export interface RemovalOptions {
  force: boolean;
  /** Nameless ancestors go too. */
  prune: boolean;
  inUse: (image: Image) => ImageUser[];
}

interface ImageRemovalDeps {
  store: Store;
  records: ImageRecords;
  names: ImageNames;
  garbage: Garbage;
  /** Of an image that has a record. */
  view: (id: Digest) => Image;
}

/** Both methods return what went, in order, and free the space in the background. */
export class ImageRemoval {
  readonly #deps: ImageRemovalDeps;

  constructor(deps: ImageRemovalDeps) {
    this.#deps = deps;
  }

  /**
   * `typed` is what the user called the image. Throws `conflict` with Docker's wording when children, containers or other
   * names forbid it.
   */
  remove(image: Digest, typed: string, { force, prune, inUse }: RemovalOptions): RemovedImage[] {
    const { store, records, names, garbage, view } = this.#deps;
    const steps = planRemoval(
      { image, typed, force, prune },
      {
        names: id => names.of(id),
        children: id => records.children(id),
        parent: id => records.get(id)?.parent,
        users: id => platformsOf(id, records).flatMap(one => inUse(view(one))),
      },
    );
    const removed = store.transaction(() => steps.flatMap(step => this.#execute(step)), { frees: true });
    garbage.collect();
    return removed;
  }

  /**
   * Removes some of the platforms that belong to `image`, itself perhaps among them; what is left stands for the whole
   * then. Undefined, and nothing happens, when none would be left. Throws `conflict` for one that containers need.
   */
  removePlatforms(
    image: Digest,
    gone: ReadonlySet<Digest>,
    { force, inUse }: RemovalOptions,
  ): RemovedImage[] | undefined {
    const { store, records, garbage, view } = this.#deps;
    const left = platformsOf(image, records).filter(other => !gone.has(other));
    const heir = left[0];
    if (heir === undefined) return undefined;
    for (const one of gone) refuseUsed(one, { users: inUse(view(one)), force });
    const remove = () => {
      if (gone.has(image)) this.#handOver(image, heir, left);
      return [...gone].flatMap(one => this.#execute({ delete: one }));
    };
    const removed = store.transaction(remove, { frees: true });
    garbage.collect();
    return removed;
  }

  /** `heir` gets the names of `id` and stands for what is `left` of the platforms. */
  #handOver(id: Digest, heir: Digest, left: readonly Digest[]): void {
    const { records, names } = this.#deps;
    for (const name of names.of(id)) names.set(name, heir);
    for (const other of left) {
      const { variantOf: _none, ...own } = records.get(other) as ImageRecord;
      records.put(other, other === heir ? own : { ...own, variantOf: heir });
    }
  }

  #execute(step: RemovalStep): RemovedImage[] {
    const { records, names, garbage } = this.#deps;
    if ('untag' in step) {
      names.delete(step.untag);
      return [{ Untagged: familiarReference(step.untag) }];
    }
    const gone = platformsOf(step.delete, records);
    const chains = gone.map(id => records.chainIds(id));
    for (const id of gone) records.delete(id);
    const needed = garbage.needed();
    const layers = new Set(chains.flatMap(chain => chain.filter(chainId => !needed.has(chainId)).reverse()));
    return [...gone, ...layers].map(id => ({ Deleted: id }));
  }
}
