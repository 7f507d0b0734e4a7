// Another registry whose repositories are seen below a prefix.

import type { Credentials, Registries, Repository } from '../../distribution/index.ts';
import { errorKind, errorMessage } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { RecentMap } from '../../lib/recent-map.ts';
import type { UpstreamOptions } from '../options.ts';
import { isPassing } from './upstream-failure.ts';

// A registry that is down is asked again after this; until then what is here is served at once.
const patience = 10_000;

export interface UpstreamDependencies {
  readonly registries: Registries;
  readonly now: () => number;
  readonly logger: Logger;
}

export class Upstream {
  readonly options: UpstreamOptions;
  readonly #registries: Registries;
  readonly #now: () => number;
  readonly #logger: Logger;
  readonly #credentials: Credentials | undefined;
  /** Tags by `path:tag`, and when they were last seen there. */
  readonly #checked = new RecentMap<string, number>(10_000);
  #downUntil = 0;
  #isRefused = false;

  constructor(options: UpstreamOptions, { registries, now, logger }: UpstreamDependencies) {
    this.options = options;
    this.#logger = logger;
    this.#registries = registries;
    this.#now = now;
    const { username, password } = options;
    this.#credentials = username === undefined || password === undefined ? undefined : { username, password };
  }

  /** The repository there; Docker Hub's official ones may be called by their short names. */
  repository(path: string): Repository {
    const { domain } = this.options;
    const full = domain === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
    return this.#registries.repository({ domain, path: full }, { credentials: this.#credentials });
  }

  /** Whether it failed a moment ago. */
  get isDown(): boolean {
    return this.#now() < this.#downUntil;
  }

  /**
   * Asks it something, and remembers whether it answered. `hurried`: there is an answer here, too, so that `work` gets
   * a signal that ends it after a while. Throws what `work` throws.
   */
  async ask<T>(work: (signal: AbortSignal | undefined) => Promise<T>, { hurried }: { hurried: boolean }): Promise<T> {
    try {
      const answer = await work(hurried ? AbortSignal.timeout(this.options.wait) : undefined);
      this.#downUntil = 0;
      this.#isRefused = false;
      return answer;
    } catch (error) {
      this.#noteRefusal(error);
      if (isPassing(error)) this.#downUntil = this.#now() + patience;
      throw error;
    }
  }

  /** That a password of ours does not count any more is for whoever runs this registry, once until it counts again. */
  #noteRefusal(error: unknown): void {
    if (errorKind(error) !== 'unauthorized' || !this.#credentials || this.#isRefused) return;
    this.#isRefused = true;
    const { prefix, domain } = this.options;
    this.#logger.warn('the upstream does not let us in', { prefix, registry: domain, error: errorMessage(error) });
  }

  /** Whether a tag need not be asked for again yet. */
  isFresh(path: string, tag: string): boolean {
    return this.#now() - (this.#checked.get(`${path}:${tag}`) ?? Number.NEGATIVE_INFINITY) < this.options.fresh;
  }

  markFresh(path: string, tag: string): void {
    this.#checked.set(`${path}:${tag}`, this.#now());
  }
}
