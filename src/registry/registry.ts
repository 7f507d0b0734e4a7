// The registry: one folder, and whoever asks for what is in it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ContentStore } from '../content/index.ts';
import type { Registries } from '../distribution/index.ts';
import { KeyedMutex } from '../lib/concurrency/keyed-mutex.ts';
import type { Exchange } from '../lib/http/exchange.ts';
import type { Logger } from '../lib/logger.ts';
import type { Digest } from '../oci/digest.ts';
import { openAccess } from './access/access-control.ts';
import { GuardedAccess } from './access/guarded-access.ts';
import type { CollectionReport, CollectOptions } from './collect/collect.ts';
import { Collector } from './collect/collector.ts';
import type { RegistryContext } from './context.ts';
import { handleRequest, type ServingContext } from './handle-request.ts';
import { Metrics } from './metrics/metrics.ts';
import { News } from './news/news.ts';
import type { RegistryOptions } from './options.ts';
import { addReadings } from './routes/state.ts';
import { Repositories } from './storage/repositories.ts';
import { Uses } from './storage/uses.ts';
import { Upstreams } from './upstreams/upstreams.ts';

export interface RegistryDependencies {
  /** How upstreams are reached. */
  readonly registries: Registries;
  readonly logger: Logger;
  /** Milliseconds of the epoch. */
  readonly now?: () => number;
}

/** Serves requests from construction to `close`. The caller sees to it that no other process uses the folder. */
export class Registry {
  readonly #collector: Collector;
  readonly #registries: Registries;
  #context: ServingContext;

  /** Throws `invalid` for options that mean nothing. */
  constructor(options: RegistryOptions, { registries, logger, now = Date.now }: RegistryDependencies) {
    mkdirSync(options.root, { recursive: true, mode: 0o700 });
    const content = new ContentStore(join(options.root, 'content'));
    content.sweep();
    const context: RegistryContext = {
      ...{ options, content, logger, now },
      repositories: new Repositories(options.root),
      uses: new Uses(now),
      ...openDoor(options, now),
      locks: new KeyedMutex(),
      upstreams: new Upstreams(options.upstreams, { registries, now, logger }),
      news: new News(options.webhooks, { folder: join(options.root, 'webhooks'), logger, now }),
      metrics: new Metrics(),
    };
    this.#registries = registries;
    this.#collector = new Collector(context);
    this.#context = { ...context, collector: this.#collector };
    addReadings(this.#context);
  }

  /**
   * Takes other options for requests from now on; `root` stays what it is. Throws `invalid` for options that mean nothing,
   * and then changes nothing.
   */
  async configure({ root: _root, ...changed }: RegistryOptions): Promise<void> {
    const { now, logger, upstreams: previous } = this.#context;
    const options = { ...this.#context.options, ...changed };
    const upstreams = new Upstreams(options.upstreams, { registries: this.#registries, now, logger }, previous);
    this.#context = { ...this.#context, options, upstreams, ...openDoor(options, now) };
    this.#collector.follow(this.#context);
    await this.#context.news.configure(options.webhooks);
  }

  /** Call it before the first request: removes blobs whose bytes a power cut took; returns them. */
  recover(): Promise<Digest[]> {
    return this.#context.content.lateSync.recover();
  }

  /** Answers one request, for an `HttpServer`. */
  handle(exchange: Exchange): Promise<void> {
    return handleRequest(this.#context, exchange);
  }

  /** Collects garbage now; `grace` is that of the options when not said. */
  collect(options: Partial<CollectOptions> = {}): Promise<CollectionReport> {
    return this.#context.collector.run(options);
  }

  /** Removes uploads that nobody goes on with; returns how many. */
  expireUploads(): Promise<number> {
    return this.#context.collector.expireUploads();
  }

  /** Ends what runs in the background; requests have ended. */
  async close(): Promise<void> {
    await this.#context.collector.close();
    await this.#context.upstreams.fetches.settled();
    await this.#context.content.lateSync.idle();
    await this.#context.news.close();
  }
}

/** Who may what, and the token endpoint where there is one. */
function openDoor({ access, root }: RegistryOptions, now: () => number): Pick<RegistryContext, 'access' | 'tokens'> {
  const guarded = access && new GuardedAccess(access, { root, now });
  return { access: guarded ?? openAccess, tokens: guarded?.tokens };
}
