// Directories nobody wants any more: out of the way at once, off the disk in the background.
import { readdirSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Limiter } from '../lib/concurrency/limiter.ts';
import { ifThere } from '../lib/files/if-there.ts';
import type { Logger } from '../lib/logger.ts';

const prefix = 'removed-';

/** Of one folder. What a crash leaves of it is named like the rest of its kind: whoever sweeps the folder gives it up again. */
export class GivenUp {
  readonly #root: string;
  readonly #logger: Logger;
  readonly #removals = new Set<Promise<void>>();
  readonly #removing: Limiter;
  #next: number;

  /** `atOnce`: how many are removed at a time, as each may keep a thread busy that everybody else's files wait for. */
  constructor(root: string, { logger, atOnce = Number.POSITIVE_INFINITY }: { logger: Logger; atOnce?: number }) {
    this.#root = root;
    this.#logger = logger;
    this.#removing = new Limiter(atOnce);
    const before = readdirSync(root).filter(name => name.startsWith(prefix));
    this.#next = Math.max(0, ...before.map(name => Number(name.slice(prefix.length)) || 0)) + 1;
  }

  /** The directory of that name is gone when the call returns; fine when it was gone before, as after a power cut. */
  add(name: string): void {
    const path = join(this.#root, name);
    const aside = name.startsWith(prefix) ? path : join(this.#root, `${prefix}${this.#next++}`);
    if (aside !== path) ifThere(() => renameSync(path, aside));
    const removal = this.#remove(aside)
      .catch((error: unknown) => this.#logger.warn('directory not removed', { path: aside, error }))
      .finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  /** Waits until all of them are off the disk. */
  async settled(): Promise<void> {
    await Promise.all(this.#removals);
  }

  async #remove(path: string): Promise<void> {
    using _turn = await this.#removing.acquire();
    await rm(path, { recursive: true, force: true });
  }
}
