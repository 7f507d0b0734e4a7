// Where the members of an archive go: directories inside of one, whatever links are on the way.
import { lstatSync, mkdirSync } from 'node:fs';
import { invalid } from '../../../lib/errors.ts';
import type { TreePlaces } from '../../../lib/tar/tree/tree-writer.ts';
import { joinPath, linkTarget, maximumLinks, pathIn } from '../copy/resolve-in-root.ts';

/** Links are followed inside of the root, what is missing is made. Call `forget` when something else may be in the way. */
export class PlacesInside implements TreePlaces {
  readonly #root: string;
  #last: { readonly key: string; readonly path: string } | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  forget(): void {
    this.#last = undefined;
  }

  directory(parts: readonly string[]): string {
    const key = parts.join('/');
    if (this.#last?.key !== key) this.#last = { key, path: this.#ensure(parts) };
    return this.#last.path;
  }

  #ensure(parts: readonly string[]): string {
    const pending = [...parts].reverse();
    let real = '';
    let links = 0;
    while (pending.length > 0) {
      const part = pending.pop()!;
      if (part === '' || part === '.') continue;
      if (part === '..') {
        real = real.slice(0, Math.max(real.lastIndexOf('/'), 0));
        continue;
      }
      const next = joinPath(real, part);
      const stats = lstatSync(pathIn(this.#root, next), { throwIfNoEntry: false });
      if (stats?.isSymbolicLink()) {
        if (++links > maximumLinks) throw invalid(`${next}: too many levels of symbolic links`);
        const target = linkTarget(this.#root, next);
        pending.push(...target.split('/').reverse());
        if (target.startsWith('/')) real = '';
        continue;
      }
      if (stats === undefined) mkdirSync(pathIn(this.#root, next), { mode: 0o755 });
      else if (!stats.isDirectory()) throw invalid(`${next}: not a directory`);
      real = next;
    }
    return real === '' ? this.#root : `${this.#root}/${real}`;
  }
}
