// What the caches given to one build know: steps by their keys, whose layers are fetched only when they are wanted.
import type { FetchableLayer } from '../../../images/index.ts';

/** The result of a step that somebody else has run. */
export interface ImportedStep {
  readonly key: string;
  /** See `Resolution`. */
  readonly quick?: string;
  readonly result: string;
  /** What it was made upon; older engines do not say. */
  readonly parents?: readonly string[];
  /** Bottom first. */
  readonly layers: readonly FetchableLayer[];
  /** Of the layers that builds made, top first, in milliseconds since 1970. */
  readonly times: readonly number[];
  /** The cache, as it was given. */
  readonly from: string;
}

/** Of caches that know the same step the first one counts. */
export class ImportedSteps {
  readonly #steps = new Map<string, ImportedStep>();
  readonly #aliases = new Map<string, string>();
  readonly #parents = new Set<string>();
  #isVague = false;

  add(steps: Iterable<ImportedStep>): void {
    for (const step of steps) {
      if (this.#steps.has(step.key)) continue;
      this.#steps.set(step.key, step);
      if (step.quick !== undefined) this.#aliases.set(step.quick, step.key);
      for (const parent of step.parents ?? []) this.#parents.add(parent);
      if (step.parents === undefined) this.#isVague = true;
    }
  }

  get isEmpty(): boolean {
    return this.#steps.size === 0;
  }

  /** Whether a step may be known that was made upon that result. */
  isKnownBelow(result: string): boolean {
    return this.#isVague || this.#parents.has(result);
  }

  find(key: string): ImportedStep | undefined {
    return this.#steps.get(key);
  }

  /** The key that a quick one leads to. */
  alias(quick: string): string | undefined {
    return this.#aliases.get(quick);
  }
}
