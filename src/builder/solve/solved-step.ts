// What another machine needs to know of a step whose result is known.
import type { ImportedStep } from '../cache/external/imported-steps.ts';
import type { LayersSnapshot } from './snapshot.ts';

/** A step that was run, or whose result was found. */
export interface SolvedStep {
  readonly key: string;
  /** See `Resolution`. */
  readonly quick: string | undefined;
  /** What dependent steps are keyed by. */
  readonly id: string;
  /** What it was made upon, in the same way; files from outside are not known by that. */
  readonly parents: readonly string[];
  /** For each input that stands upon steps: the numbers of the last ones of them in the list this one is in. */
  readonly inputs: readonly (readonly number[])[];
  /** Layers that are here, or those of another cache that nobody has wanted yet. */
  readonly result: LayersSnapshot | ImportedStep;
}
