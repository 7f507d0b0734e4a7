// The room's one class: builds under way, and the cache they leave behind.
import { notImplemented } from '../lib/errors.ts';
import type { BuildRequest } from './request.ts';
import type { BuildRun } from './run.ts';
import type { CacheUsage, PruneOptions, PruneResult } from './usage.ts';

/** Call `restore` once before use, `close` at the end: builds under way are cancelled then. */
export class Builder {
  /** Begins a build; what is wrong with the request comes as the rejection of its result. */
  start(_request: BuildRequest): BuildRun {
    throw notImplemented('building is not implemented yet');
  }

  /** A build that runs, by its id. */
  find(_id: string): BuildRun | undefined {
    return undefined;
  }

  /** The records of the cache that pass the filters of `PruneOptions`, least recently used first. */
  usage(_filters: PruneOptions['filters'] = {}): CacheUsage[] {
    return [];
  }

  /** Removes from the cache. Throws `invalid` for an unknown filter. */
  prune(_options: PruneOptions = {}): Promise<PruneResult> {
    return Promise.resolve({ deleted: [], reclaimed: 0 });
  }

  /** Takes away what a crash left. */
  restore(): Promise<void> {
    return Promise.resolve();
  }

  /** Cancels what runs and waits until nothing is left of it. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
