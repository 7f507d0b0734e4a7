// What the solver finds out about a vertex before anything is run.
import type { ImportedStep } from '../cache/external/imported-steps.ts';
import type { Snapshot } from './snapshot.ts';

/** What a vertex is known by. `id` undefined: only by its content (files from outside). */
export interface Resolution {
  readonly id: string | undefined;
  /** Something has to be run for it. */
  readonly isMissing?: boolean;
  /** Of a step: where its record is, and the keys that lead there. */
  readonly key?: string;
  readonly quick?: string | undefined;
  /** Of a step: what it is made upon, as far as that has an id. */
  readonly parents?: readonly string[];
  /** Its result lies in a cache elsewhere, until it is loaded. */
  readonly imported?: ImportedStep;
  /** The result itself; run now if it has to be. */
  load(): Promise<Snapshot>;
}
