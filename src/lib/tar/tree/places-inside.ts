// Where the members of an archive go: directories inside of one, whatever links are on the way.
import { ConfinedTree } from './confined-tree.ts';
import type { TreePlaces } from './tree-writer.ts';

/** Links are followed inside of the root, what is missing is made. */
export class PlacesInside implements TreePlaces {
  readonly #root: string;
  /** Only the last one is remembered: whatever replaces a directory on the way to it asks for another one first. */
  #last: { readonly key: string; readonly path: string } | undefined;

  constructor(root: string) {
    this.#root = root.replace(/\/+$/, '');
  }

  directory(parts: readonly string[]): string {
    const key = parts.join('/');
    if (this.#last?.key !== key) {
      const tree = new ConfinedTree(this.#root, () => {});
      this.#last = { key, path: tree.path(tree.directory(parts)) };
    }
    return this.#last.path;
  }
}
