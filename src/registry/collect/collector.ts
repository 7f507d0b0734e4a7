// When garbage is collected, and abandoned uploads removed: by the clock, and when somebody asks.

import { longestTimer } from '../../lib/concurrency/longest-timer.ts';
import { errorMessage } from '../../lib/errors.ts';
import type { RegistryContext } from '../context.ts';
import { type CollectionReport, type CollectOptions, collect } from './collect.ts';

const hour = 3_600_000;

export class Collector {
  #context: RegistryContext;
  readonly #timers: NodeJS.Timeout[] = [];
  #running: Promise<CollectionReport> | undefined;

  constructor(context: RegistryContext) {
    this.#context = context;
    this.#start();
  }

  /** By other options from now on; what runs ends by the old ones. */
  follow(context: RegistryContext): void {
    this.#stop();
    this.#context = context;
    this.#start();
  }

  #start(): void {
    const { collection, uploadTimeout, readOnly } = this.#context.options;
    if (readOnly) return;
    this.#every(Math.min(hour, uploadTimeout), 'uploads', () => this.expireUploads());
    if (collection.interval > 0) this.#every(collection.interval, 'collection', () => this.run());
  }

  /** One at a time: who comes while one runs gets its report, unless it is a dry run. `grace`: that of the options. */
  run(options: Partial<CollectOptions> = {}): Promise<CollectionReport> {
    const { grace = this.#context.options.collection.grace, ...others } = options;
    if (others.dryRun) return collect(this.#context, { grace, ...others });
    this.#running ??= this.#collect({ grace, ...others }).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Removes uploads that nobody goes on with; returns how many. */
  expireUploads(): Promise<number> {
    const { content, now, options } = this.#context;
    return content.uploads.expire(now() - options.uploadTimeout);
  }

  /** Waits for what runs. */
  async close(): Promise<void> {
    this.#stop();
    await this.#running?.catch(() => {});
  }

  #stop(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  async #collect(options: CollectOptions): Promise<CollectionReport> {
    const { metrics, logger } = this.#context;
    const report = await collect(this.#context, options);
    const { tags, manifests, blobs, bytes } = report;
    metrics.count('berth_registry_collections_total');
    for (const [kind, count] of Object.entries({ tags, manifests, blobs })) {
      metrics.count('berth_registry_collected_total', { kind }, count);
    }
    metrics.count('berth_registry_collected_bytes_total', {}, bytes);
    logger.info('garbage was collected', { ...report });
    return report;
  }

  #every(milliseconds: number, what: string, work: () => Promise<unknown>): void {
    const run = () => {
      work().catch(error => this.#context.logger.error(`${what} failed`, { error: errorMessage(error) }));
    };
    const timer = setInterval(run, Math.min(milliseconds, longestTimer));
    timer.unref();
    this.#timers.push(timer);
  }
}
