// Which files a copy may share that is made before it is known what it will lie upon.
import type { LayersSnapshot, Snapshot } from '../../solve/snapshot.ts';
import type { LinkedFiles } from '../../source.ts';

/** Two names of one file in one image are not what COPY means: see `mayShareAgain`. */
export class EarlySharing {
  /** Files that have other names already may get another one. */
  readonly again: boolean;
  readonly #linked: LinkedFiles | undefined;
  /** Layers that had names of them before this copy had any. */
  readonly #before: ReadonlySet<string>;

  /** `isBelow`: a step below copies from the same tree. */
  constructor(source: Snapshot, { isBelow }: { isBelow: boolean }) {
    this.#linked = source.kind === 'tree' ? source.tree.linked : undefined;
    this.#before = new Set(this.#linked?.layers);
    this.again = !isBelow && this.#linked?.movable === false;
  }

  /** Whether it shares no file with the layers that it comes to lie upon. */
  isRightUpon(below: LayersSnapshot): boolean {
    // Of a tree that remembers nothing, files get a second name only once.
    if (!this.#linked) return true;
    const { layers, movable } = this.#linked;
    const isApart = (directory: string) => !layers.has(directory) || (!this.again && this.#before.has(directory));
    return !movable && below.layers.every(({ layer }) => isApart(layer.directory));
  }
}
