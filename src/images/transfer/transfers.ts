// Pulls and pushes: between registries and what is here.
import type { ContentStore } from '../../content/index.ts';
import type { Credentials, Registries } from '../../distribution/index.ts';
import { AsyncQueue } from '../../lib/async-queue.ts';
import { errorKind } from '../../lib/errors.ts';
import { Limiter } from '../../lib/limiter.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Platform } from '../../oci/platform.ts';
import { familiarName, familiarReference, type Reference } from '../../oci/reference.ts';
import type { LayerStore } from '../layers/layer-store.ts';
import { Downloads } from './pull/downloads.ts';
import { explainPullError } from './pull/pull-error.ts';
import { type PullDeps, pullImage } from './pull/pull-image.ts';
import type { Emit, TransferEvent } from './transfer-event.ts';

/** How many blobs are on their way at a time, of all pulls and of all pushes; Docker's 3 and 5 when not said. */
export interface TransferLimits {
  maxDownloads?: number;
  maxUploads?: number;
}

export interface TransferOptions extends TransferLimits {
  /** Of the machine. */
  platform: Platform;
}

const downloadsByDefault = 3;
const uploadsByDefault = 5;

export interface TransfersDeps extends Pick<PullDeps, 'find' | 'has' | 'record'> {
  content: ContentStore;
  layers: LayerStore;
  registries: Registries;
  logger: Logger;
  /** Removes what nobody wants any more. */
  collect: () => void;
}

export interface PullRequest {
  credentials?: Credentials | undefined;
  platform?: Platform | undefined;
  signal: AbortSignal;
}

/** Many at a time; what several want is transferred once. `close` at the end. */
export class Transfers {
  readonly #options: TransferOptions;
  readonly #deps: TransfersDeps;
  readonly #downloadSlots: Limiter;
  readonly #uploadSlots: Limiter;
  readonly #downloads: Downloads;

  constructor(options: TransferOptions, deps: TransfersDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#downloadSlots = new Limiter(options.maxDownloads ?? downloadsByDefault);
    this.#uploadSlots = new Limiter(options.maxUploads ?? uploadsByDefault);
    this.#downloads = new Downloads({ content: deps.content, slots: this.#downloadSlots });
  }

  /** How many blobs are transferred at a time, from now on. */
  limit(limits: TransferLimits): void {
    this.#downloadSlots.limit = limits.maxDownloads ?? downloadsByDefault;
    this.#uploadSlots.limit = limits.maxUploads ?? uploadsByDefault;
  }

  /**
   * `docker pull`: one image by tag or digest, all tags of the repository when the reference has neither. The first
   * news comes when the registry has it. Throws what it refuses in Docker's words, `invalid` for what is no image,
   * `cancelled`; then nothing is to be seen, and what was downloaded is there for the next try.
   */
  pull(reference: Reference, request: PullRequest): AsyncIterable<TransferEvent> {
    return this.#run(request.signal, (emit, signal) => this.#pull(reference, { ...request, signal }, emit));
  }

  /** Waits until what was broken off has let go of its files. */
  async close(): Promise<void> {
    await this.#downloads.settled();
  }

  async #pull(reference: Reference, request: PullRequest, emit: Emit): Promise<void> {
    const { credentials, signal } = request;
    const repository = this.#deps.registries.repository(reference, { credentials, actions: ['pull'] });
    const platform = request.platform ?? this.#options.platform;
    const lease = this.#deps.content.pins.lease();
    let changed = false;
    try {
      const all = reference.tag === undefined && reference.digest === undefined;
      const tags = all ? await Array.fromAsync(repository.tags({ signal })) : [];
      for (const one of all ? tags.map(tag => ({ ...reference, tag })) : [reference]) {
        const deps = { ...this.#deps, downloads: this.#downloads };
        const pulled = await pullImage(one, repository, deps, { platform, lease, emit, signal });
        changed ||= pulled.changed;
        emit({ kind: 'line', status: `Digest: ${pulled.digest}` });
        emit({ kind: 'pulled', reference: one, image: pulled.id });
      }
      const news = changed ? 'Downloaded newer image' : 'Image is up to date';
      emit({ kind: 'line', status: `Status: ${news} for ${all ? familiarName(reference) : shownName(reference)}` });
    } catch (error) {
      throw explainPullError(error, reference);
    } finally {
      lease[Symbol.dispose]();
      this.#deps.collect();
    }
  }

  /** The news of `work`, which is broken off when the reader goes away. */
  #run(signal: AbortSignal, work: (emit: Emit, signal: AbortSignal) => Promise<void>): AsyncIterable<TransferEvent> {
    const left = new AbortController();
    const queue = new AsyncQueue<TransferEvent>({ onReturn: () => left.abort() });
    const all = AbortSignal.any([signal, left.signal]);
    void work(event => queue.push(event), all).then(
      () => queue.close(),
      error => {
        if (errorKind(error) === 'cancelled') this.#deps.logger.debug('transfer cancelled');
        queue.fail(error);
      },
    );
    return queue;
  }
}

/** With a digest the tag beside it says nothing. */
function shownName(reference: Reference): string {
  const { tag: _tag, ...digested } = reference;
  return familiarReference(reference.digest === undefined ? reference : digested);
}
