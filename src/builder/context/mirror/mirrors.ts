// Directories of clients as they were when they last built here, so that only what changed has to be sent again.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpecialFiles } from '../../../lib/tar/tree/tree-writer.ts';
import { Mirror } from './mirror.ts';

/**
 * More than this many, or of more entries in all, are not kept once nobody uses them: the least recently used goes first, the
 * most recently used never. What is known of an entry takes about a KiB of memory.
 */
interface Kept {
  readonly mirrors: number;
  readonly entries: number;
}

const keptByDefault: Kept = { mirrors: 20, entries: 300_000 };

/** What is known of the use of a mirror. */
interface MirrorUse {
  /** The name of its directory. */
  readonly name: string;
  readonly key: string;
  readonly description: string;
  readonly mirror: Mirror;
  readonly createdAt: Date;
  lastUsedAt: Date;
  usageCount: number;
  inUse: boolean;
}

/** `root` belongs to it alone. Mirrors live as long as the process: a start begins with none. */
export class Mirrors {
  readonly #root: string;
  readonly #special: SpecialFiles;
  readonly #kept: Kept;
  /** Least recently used first. */
  #uses: MirrorUse[] = [];
  readonly #removals = new Set<Promise<void>>();

  constructor(root: string, special: SpecialFiles, kept: Kept = keptByDefault) {
    this.#root = root;
    this.#special = special;
    this.#kept = kept;
    mkdirSync(root, { recursive: true, mode: 0o711 });
  }

  /** The mirror of `key`, for the caller alone until it is released; empty when there is none that nobody uses. */
  acquire(key: string, description: string): Mirror {
    const use = this.#uses.findLast(known => known.key === key && !known.inUse) ?? this.#create(key, description);
    use.inUse = true;
    use.usageCount++;
    this.#touch(use);
    return use.mirror;
  }

  /** Gives it back. One that was left half-updated is as good as any: what is in it is known. */
  release(mirror: Mirror): void {
    const use = this.#uses.find(known => known.mirror === mirror);
    if (!use) return;
    use.inUse = false;
    this.#touch(use);
    const idle = this.#uses.filter(({ inUse }) => !inUse).reverse();
    let entries = 0;
    for (const [index, other] of idle.entries()) {
      entries += other.mirror.entries;
      const isTooMuch = index >= this.#kept.mirrors || entries > this.#kept.entries;
      if (index > 0 && isTooMuch) void this.#forget(other.name);
    }
  }

  /** Least recently used first. */
  list(): readonly Readonly<MirrorUse>[] {
    return this.#uses;
  }

  /** Takes away one that nobody uses; false when somebody does, or there is none of that name. */
  async remove(name: string): Promise<boolean> {
    if (!this.#uses.some(use => use.name === name && !use.inUse)) return false;
    await this.#forget(name);
    return true;
  }

  #create(key: string, description: string): MirrorUse {
    const name = randomBytes(8).toString('hex');
    const directory = join(this.#root, name);
    mkdirSync(directory, { mode: 0o755 });
    const [mirror, now] = [new Mirror(directory, this.#special), new Date()];
    return { name, key, description, mirror, createdAt: now, lastUsedAt: now, usageCount: 0, inUse: false };
  }

  #touch(use: MirrorUse): void {
    use.lastUsedAt = new Date();
    this.#uses = [...this.#uses.filter(known => known !== use), use];
  }

  #forget(name: string): Promise<void> {
    this.#uses = this.#uses.filter(use => use.name !== name);
    return this.#remove(join(this.#root, name));
  }

  /** Resolves when all that was taken away is off the disk. */
  async settled(): Promise<void> {
    await Promise.all(this.#removals);
  }

  /** Removes what an earlier process left; many files take a while, which nobody has to wait for. */
  restore(): void {
    for (const name of readdirSync(this.#root)) void this.#remove(join(this.#root, name));
  }

  /** What cannot be removed is left to the next start. */
  #remove(directory: string): Promise<void> {
    const gone = `${directory}.gone`;
    const removal = rename(directory, gone)
      .catch(() => {})
      .then(() => rm(gone, { recursive: true, force: true }))
      .then(() => rm(directory, { recursive: true, force: true }))
      .catch(() => {})
      .finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
    return removal;
  }
}
