// Which files of a walk are the same file under another name.
import type { BigIntStats } from 'node:fs';

/** One for each walk. */
export class HardLinks {
  readonly #first = new Map<string, string>();

  /** The name under which the walk has met this file before; undefined for the first time, and for what has no other name. */
  nameBefore(name: string, stats: BigIntStats): string | undefined {
    if (stats.nlink <= 1n || stats.isDirectory()) return undefined;
    const key = `${stats.dev}:${stats.ino}`;
    const known = this.#first.get(key);
    if (known === undefined) this.#first.set(key, name);
    return known;
  }
}
