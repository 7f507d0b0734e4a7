// Directories of clients as they were when they last built here, so that only what changed has to be sent again.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpecialFiles } from '../../../lib/tar/tree/tree-writer.ts';
import { Mirror } from './mirror.ts';

/** More than this many are not kept once nobody uses them: the least recently used goes first. */
const kept = 20;

/** `root` belongs to it alone. Mirrors live as long as the process: a start begins with none. */
export class Mirrors {
  readonly #root: string;
  readonly #special: SpecialFiles;
  /** Not in use, least recently used first. */
  readonly #idle: { key: string; mirror: Mirror }[] = [];
  readonly #removals = new Set<Promise<void>>();

  constructor(root: string, special: SpecialFiles) {
    this.#root = root;
    this.#special = special;
    mkdirSync(root, { recursive: true, mode: 0o711 });
  }

  /** The mirror of `key`, for the caller alone until it is released; empty when there is none that nobody uses. */
  acquire(key: string): Mirror {
    const at = this.#idle.findLastIndex(entry => entry.key === key);
    const [known] = at >= 0 ? this.#idle.splice(at, 1) : [];
    if (known) return known.mirror;
    const directory = join(this.#root, randomBytes(8).toString('hex'));
    mkdirSync(directory, { mode: 0o755 });
    return new Mirror(directory, this.#special);
  }

  /** Gives it back. One that was left half-updated is as good as any: what is in it is known. */
  release(key: string, mirror: Mirror): void {
    this.#idle.push({ key, mirror });
    while (this.#idle.length > kept) this.#remove(this.#idle.shift()?.mirror.directory);
  }

  /** Bytes of files in mirrors nobody uses. */
  get size(): number {
    return this.#idle.reduce((sum, { mirror }) => sum + mirror.size, 0);
  }

  /** Removes those nobody uses; returns how many bytes of files were in them. */
  async prune(): Promise<number> {
    const { size } = this;
    for (const { mirror } of this.#idle.splice(0)) this.#remove(mirror.directory);
    await Promise.all(this.#removals);
    return size;
  }

  /** Removes what an earlier process left. */
  async restore(): Promise<void> {
    for (const name of readdirSync(this.#root)) this.#remove(join(this.#root, name));
    await Promise.all(this.#removals);
  }

  #remove(directory: string | undefined): void {
    if (directory === undefined) return;
    const gone = `${directory}.gone`;
    const work = rename(directory, gone)
      .catch(() => {})
      .then(() => rm(gone, { recursive: true, force: true }))
      .then(() => rm(directory, { recursive: true, force: true }))
      .finally(() => this.#removals.delete(work));
    this.#removals.add(work);
  }
}
