// Which digests must not be collected: those that records name (keepers) and those that work under way needs (leases).
import type { Digest } from '../oci/digest.ts';

/**
 * Keeps what it was told of until it is disposed, or the process dies. Say `keep` before looking whether a blob is there:
 * what is there then, stays.
 */
export interface Lease extends Disposable {
  /** Idempotent. The digest of a blob or the chain id of a layer, there already or to come. */
  keep(...digests: Digest[]): void;
}

/** Says which digests some records name, now. Called at each collection: synchronous and quick. */
export type Keeper = () => Iterable<Digest>;

/** The set of all that is wanted. Nothing in it survives the process: records do, and are asked again. */
export class Pins {
  readonly #keepers = new Set<Keeper>();
  readonly #leases = new Set<Set<Digest>>();

  /** Asks `keeper` at every collection from now on; returns how to stop that. */
  addKeeper(keeper: Keeper): () => void {
    this.#keepers.add(keeper);
    return () => this.#keepers.delete(keeper);
  }

  lease(): Lease {
    const kept = new Set<Digest>();
    this.#leases.add(kept);
    return {
      keep: (...digests) => {
        for (const digest of digests) kept.add(digest);
      },
      [Symbol.dispose]: () => {
        this.#leases.delete(kept);
      },
    };
  }

  /** Everything that is wanted at this moment. */
  all(): Set<Digest> {
    const wanted = new Set<Digest>();
    for (const kept of this.#leases) for (const digest of kept) wanted.add(digest);
    for (const keeper of this.#keepers) for (const digest of keeper()) wanted.add(digest);
    return wanted;
  }
}
