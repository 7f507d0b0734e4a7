// What can be done of steps while others run that they stand upon.
import type { Digest } from '../../oci/digest.ts';
import type { Node } from '../graph/node.ts';

interface Waiting {
  /** All that the step's base stands upon, and the base. */
  readonly below: ReadonlySet<Digest>;
  readonly begin: () => void;
}

/** One for each build. */
export class EarlyWork {
  readonly #waiting = new Map<Digest, Waiting>();
  readonly #running = new Set<Digest>();

  /** `begin` is called, at most once, when a step below runs: now, or before `forget`. */
  add({ vertex, inputs: [base] }: Node, begin: () => void): void {
    const below = new Set<Digest>();
    if (base) collect(base, below);
    const waiting = { below, begin };
    if ([...this.#running].some(digest => below.has(digest))) begin();
    else this.#waiting.set(vertex.digest, waiting);
  }

  /** It is too late for that step, or nothing has to be done for it. */
  forget({ vertex }: Node): void {
    this.#waiting.delete(vertex.digest);
  }

  /** Runs that step. */
  async during<T>({ vertex }: Node, run: () => Promise<T>): Promise<T> {
    this.#running.add(vertex.digest);
    this.#begin(vertex.digest);
    try {
      return await run();
    } finally {
      this.#running.delete(vertex.digest);
    }
  }

  #begin(running: Digest): void {
    for (const [digest, { below, begin }] of this.#waiting) {
      if (!below.has(running)) continue;
      this.#waiting.delete(digest);
      begin();
    }
  }
}

function collect({ vertex, inputs }: Node, into: Set<Digest>): void {
  if (into.has(vertex.digest)) return;
  into.add(vertex.digest);
  for (const input of inputs) collect(input, into);
}
