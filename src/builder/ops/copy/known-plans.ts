// What copies selected of trees that are still the same: a directory nobody changed need not be looked at again.
import type { PlannedCopy } from '../../context/copy/plan-copy.ts';

/** `seen`: digests of the files, by their paths. */
export interface KnownPlan {
  readonly planned: PlannedCopy;
  readonly seen: ReadonlyMap<string, string>;
}

/** The least recently used go first. */
const kept = 100;

/** Lives as long as the builder. Keys say the version of the tree and everything that was asked of it. */
export class KnownPlans {
  readonly #plans = new Map<string, KnownPlan>();

  find(key: string): KnownPlan | undefined {
    const plan = this.#plans.get(key);
    if (plan) this.#use(key, plan);
    return plan;
  }

  put(key: string, plan: KnownPlan): void {
    this.#use(key, plan);
    for (const oldest of this.#plans.keys()) {
      if (this.#plans.size <= kept) break;
      this.#plans.delete(oldest);
    }
  }

  #use(key: string, plan: KnownPlan): void {
    this.#plans.delete(key);
    this.#plans.set(key, plan);
  }
}
