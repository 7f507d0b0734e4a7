// What keeps the build cache from filling the disk, without anybody asking.
import { statfsSync } from 'node:fs';
import { errorMessage } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { PruneOptions, PruneResult } from '../usage.ts';
import { defaultRules, type GcRule, pruneFilters } from './gc-rules.ts';

/** What the daemon's configuration says; undefined rules are the defaults, with a reserve of their own if that is given. */
export interface CollectionSettings {
  readonly enabled?: boolean;
  readonly rules?: readonly GcRule[];
  /** Bytes. */
  readonly reserve?: number | undefined;
  /** Not asked more often, in milliseconds. */
  readonly interval?: number;
}

const tenMinutes = 10 * 60 * 1000;

/** Runs after builds, one at a time, in the background. */
export class CacheCollector {
  readonly #settings: CollectionSettings;
  readonly #deps: { root: string; logger: Logger; prune: (o: PruneOptions) => Promise<PruneResult> };
  #last = 0;
  #running: Promise<void> = Promise.resolve();

  /** `root` is on the disk of the cache. */
  constructor(
    settings: CollectionSettings,
    deps: { root: string; logger: Logger; prune: (o: PruneOptions) => Promise<PruneResult> },
  ) {
    this.#settings = settings;
    this.#deps = deps;
  }

  /** What it goes by; none where it is off. */
  rules(): readonly GcRule[] {
    const { enabled = true, rules, reserve } = this.#settings;
    if (!enabled) return [];
    if (rules) return rules;
    const { blocks, bsize } = statfsSync(this.#deps.root);
    return defaultRules(blocks * bsize, reserve);
  }

  /** A build is over: collects unless that was done a moment ago. Never rejects. */
  afterBuild(): void {
    const now = Date.now();
    if (now - this.#last < (this.#settings.interval ?? tenMinutes)) return;
    this.#last = now;
    this.#running = this.#running.then(() => this.#collect());
  }

  /** Waits for what runs. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #collect(): Promise<void> {
    const { logger, prune } = this.#deps;
    try {
      let [records, reclaimed] = [0, 0];
      for (const rule of this.rules()) {
        const { all, reservedSpace, maxUsedSpace, minFreeSpace } = rule;
        const limits = { reservedSpace, maxUsedSpace, minFreeSpace };
        const result = await prune({ all, filters: pruneFilters(rule), ...limits });
        records += result.deleted.length;
        reclaimed += result.reclaimed;
      }
      if (records > 0) logger.info('build cache collected', { records, reclaimed });
    } catch (error) {
      logger.warn('build cache not collected', { error: errorMessage(error) });
    }
  }
}
