// What everything that handles a request has at hand.
import type { ContentStore } from '../content/index.ts';
import type { KeyedMutex } from '../lib/concurrency/keyed-mutex.ts';
import type { Logger } from '../lib/logger.ts';
import type { AccessControl } from './access/access-control.ts';
import type { TokenServer } from './access/tokens/token-server.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { News } from './news/news.ts';
import type { RegistryOptions } from './options.ts';
import type { Repositories } from './storage/repositories.ts';
import type { Uses } from './storage/uses.ts';
import type { Upstreams } from './upstreams/upstreams.ts';

export interface RegistryContext {
  readonly options: RegistryOptions;
  readonly content: ContentStore;
  readonly repositories: Repositories;
  readonly uses: Uses;
  readonly access: AccessControl;
  /** The token endpoint, where there is one. */
  readonly tokens: TokenServer | undefined;
  /** By repository: manifests and tags change one at a time. */
  readonly locks: KeyedMutex;
  readonly upstreams: Upstreams;
  readonly news: News;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly now: () => number;
}
