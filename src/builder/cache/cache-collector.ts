// What keeps the build cache from filling the disk, without anybody asking.
import { statfsSync } from 'node:fs';
import { errorMessage } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { PruneOptions, PruneResult } from '../usage.ts';

/** Parts of the disk, as Docker's defaults have them, and milliseconds. */
export interface CollectionPolicy {
  /** What the cache may have in any case. */
  readonly reserved: number;
  /** What it may have at most. */
  readonly maximum: number;
  /** What of the disk must be free, as long as the cache has more than its reserve. */
  readonly free: number;
  /** Not used for so long, a record goes whatever room there is. */
  readonly unused: number;
  /** Not asked more often. */
  readonly interval: number;
}

const day = 24 * 60 * 60 * 1000;

export const defaultPolicy: CollectionPolicy = {
  reserved: 0.1,
  maximum: 0.6,
  free: 0.2,
  unused: 60 * day,
  interval: 10 * 60 * 1000,
};

/** Runs after builds, one at a time, in the background. */
export class CacheCollector {
  readonly #policy: CollectionPolicy;
  readonly #deps: { root: string; logger: Logger; prune: (o: PruneOptions) => Promise<PruneResult> };
  #last = 0;
  #running: Promise<void> = Promise.resolve();

  /** `root` is on the disk of the cache. */
  constructor(
    policy: CollectionPolicy,
    deps: { root: string; logger: Logger; prune: (o: PruneOptions) => Promise<PruneResult> },
  ) {
    this.#policy = policy;
    this.#deps = deps;
  }

  /** A build is over: collects unless that was done a moment ago. Never rejects. */
  afterBuild(): void {
    const now = Date.now();
    if (now - this.#last < this.#policy.interval) return;
    this.#last = now;
    this.#running = this.#running.then(() => this.#collect());
  }

  /** Waits for what runs. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #collect(): Promise<void> {
    const { root, logger, prune } = this.#deps;
    const { reserved, maximum, free, unused } = this.#policy;
    try {
      const { blocks, bsize } = statfsSync(root);
      const disk = blocks * bsize;
      const old = await prune({ all: true, filters: { 'unused-for': [`${Math.round(unused / 1000)}s`] } });
      const many = await prune({
        all: true,
        reservedSpace: disk * reserved,
        maxUsedSpace: disk * maximum,
        minFreeSpace: disk * free,
      });
      const deleted = old.deleted.length + many.deleted.length;
      if (deleted > 0)
        logger.info('build cache collected', { records: deleted, reclaimed: old.reclaimed + many.reclaimed });
    } catch (error) {
      logger.warn('build cache not collected', { error: errorMessage(error) });
    }
  }
}
