// All repositories of a registry. Their names are in memory: one process owns the folder.
import { mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RecentMap } from '../../lib/recent-map.ts';
import type { Digest } from '../../oci/digest.ts';
import { Repository } from './repository.ts';

/** Blobs whose whereabouts are remembered. */
const mostHolders = 100_000;

export class Repositories {
  readonly #folder: string;
  readonly #temporary: string;
  readonly #known = new Set<string>();
  #sorted: readonly string[] | undefined;
  readonly #holders = new RecentMap<Digest, string>(mostHolders);

  /** Reads the names below `root/repositories`, and removes what a crash left in `root/temporary`. */
  constructor(root: string) {
    this.#folder = join(root, 'repositories');
    this.#temporary = join(root, 'temporary');
    rmSync(this.#temporary, { recursive: true, force: true });
    for (const folder of [this.#folder, this.#temporary]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#discover('');
  }

  has(name: string): boolean {
    return this.#known.has(name);
  }

  /** The repository of that name, whether there is anything in it or not. The name has been checked. */
  get(name: string): Repository {
    return new Repository(name, join(this.#folder, name), this.#temporary);
  }

  /**
   * Does `work`, which puts something into the repository: that is in the catalogue from now on, also if a collection finds it
   * empty before anything is there. What nobody knows of would be taken for garbage.
   */
  async fill<T>(name: string, work: (repository: Repository) => Promise<T>): Promise<T> {
    this.#remember(name);
    try {
      return await work(this.get(name));
    } finally {
      this.#remember(name);
    }
  }

  /** Names in byte order. */
  names(): readonly string[] {
    this.#sorted ??= [...this.#known].sort();
    return this.#sorted;
  }

  /** The repository was found to have the blob. */
  noteHolder(digest: Digest, name: string): void {
    this.#holders.set(digest, name);
  }

  /** Where the blob was seen last, since the start; it may have gone from there. Finding all who have it would be to ask each. */
  lastHolder(digest: Digest): string | undefined {
    return this.#holders.get(digest);
  }

  /** Takes it out of the catalogue if nothing is in it, with its folders and those above that are empty, too. */
  prune(name: string): void {
    if (!this.get(name).prune()) return;
    this.#known.delete(name);
    this.#sorted = undefined;
    for (let at = join(this.#folder, name); at !== this.#folder; at = dirname(at)) {
      try {
        rmdirSync(at);
      } catch {
        return;
      }
    }
  }

  #remember(name: string): void {
    if (this.#known.has(name)) return;
    this.#known.add(name);
    this.#sorted = undefined;
  }

  #discover(name: string): void {
    const entries = readdirSync(join(this.#folder, name), { withFileTypes: true });
    if (entries.some(entry => entry.name.startsWith('_'))) this.#known.add(name);
    for (const entry of entries) {
      if (entry.isDirectory() && !entry.name.startsWith('_')) this.#discover(join(name, entry.name));
    }
  }
}
