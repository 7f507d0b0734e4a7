// How large the files of a layer are.
import type { BigIntStats } from 'node:fs';

/** Bytes of files and link targets, a hard-linked file once: what an extraction of the archive would count. */
export class ContentSize {
  bytes = 0;
  readonly #counted = new Set<string>();

  /** Of a member without a file there is nothing to add. */
  add(stats: BigIntStats | undefined): void {
    if (!stats || (!stats.isFile() && !stats.isSymbolicLink())) return;
    if (stats.nlink > 1n) {
      const key = `${stats.dev}:${stats.ino}`;
      if (this.#counted.has(key)) return;
      this.#counted.add(key);
    }
    this.bytes += Number(stats.size);
  }
}
