// Pulls and pushes: between registries and what is here.
import type { ContentStore } from '../../content/index.ts';
import {
  type Action,
  type Credentials,
  type Registries,
  RegistryError,
  type Repository,
} from '../../distribution/index.ts';
import type { Kernel } from '../../kernel/index.ts';
import { KeyedMutex } from '../../lib/concurrency/keyed-mutex.ts';
import { Limiter } from '../../lib/concurrency/limiter.ts';
import { BerthError, errorKind, errorMessage, invalid, notFound } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { AsyncQueue } from '../../lib/streams/async-queue.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Platform } from '../../oci/platform.ts';
import {
  familiarName,
  familiarReference,
  parseReference,
  type Reference,
  repositoryName,
} from '../../oci/reference.ts';
import type { Image } from '../image.ts';
import type { LayerStore } from '../layers/layer-store.ts';
import { Downloads } from './pull/downloads.ts';
import { explainPullError } from './pull/pull-error.ts';
import { type PullDeps, pullImage } from './pull/pull-image.ts';
import { LayerArchives } from './push/layer-archives.ts';
import { mountRepositories } from './push/mount-sources.ts';
import { type PushDeps, pushImage } from './push/push-image.ts';
import type { Emit, TransferEvent } from './transfer-event.ts';

/** How many blobs are on their way at a time, of all pulls and of all pushes; Docker's 3 and 5 when not said. */
export interface TransferLimits {
  maxDownloads?: number;
  maxUploads?: number;
}

interface TransferOptions extends TransferLimits {
  /** Of the machine. */
  platform: Platform;
  /** The variant up to which the machine can run more than that; asked for at each pull. */
  variant?: () => string | undefined;
}

const downloadsByDefault = 3;
const uploadsByDefault = 5;

interface TransfersDeps extends Pick<PullDeps, 'has' | 'record'>, Pick<PushDeps, 'images' | 'platforms'> {
  /** The image a name stands for now, for that platform if one is given; then throws `not-found` when it is not there. */
  find: (reference: Reference, platform?: Platform) => Image | undefined;
  kernel: Pick<Kernel, 'files'>;
  content: ContentStore;
  layers: LayerStore;
  registries: Registries;
  logger: Logger;
  /** Every tag of a repository. */
  tagsOf: (repository: Reference) => Reference[];
  /** Removes what nobody wants any more. */
  collect: () => void;
}

/** A pull or a push; of several platforms of an image only `platform`, where that is said. */
interface TransferRequest {
  credentials?: Credentials | undefined;
  platform?: Platform | undefined;
  /** Of a push: the manifest or index to send, of those that the image has; else the one that fits the name best. */
  manifest?: Digest | undefined;
  signal: AbortSignal;
}

/** Many at a time; what several want is transferred once. `close` at the end. */
export class Transfers {
  readonly #options: TransferOptions;
  readonly #deps: TransfersDeps;
  readonly #downloadSlots: Limiter;
  readonly #uploadSlots: Limiter;
  readonly #downloads: Downloads;
  readonly #archives: LayerArchives;
  readonly #sending = new KeyedMutex();
  #collecting: ReturnType<typeof setImmediate> | undefined;

  constructor(options: TransferOptions, deps: TransfersDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#downloadSlots = new Limiter(options.maxDownloads ?? downloadsByDefault);
    this.#uploadSlots = new Limiter(options.maxUploads ?? uploadsByDefault);
    this.#downloads = new Downloads({ content: deps.content, slots: this.#downloadSlots });
    this.#archives = new LayerArchives({ ...deps, workers: deps.layers.workers });
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
  pull(reference: Reference, request: TransferRequest): AsyncIterable<TransferEvent> {
    return this.#run(request.signal, (emit, signal) => this.#pull(reference, { ...request, signal }, emit));
  }

  /**
   * `docker push`: one tag, all tags of the repository when the reference has none. What the registry has is not sent
   * again. Throws what it refuses, `not-found` for a tag or platform that is not there, `cancelled`.
   */
  push(reference: Reference, request: TransferRequest): AsyncIterable<TransferEvent> {
    if (reference.digest !== undefined) throw invalid('cannot push a digest reference');
    // Before anything is said, so that clients get a status.
    if (request.platform) for (const one of this.#pushed(reference)) this.#deps.find(one, request.platform);
    return this.#run(request.signal, (emit, signal) => this.#push(reference, { ...request, signal }, emit));
  }

  /** The repository itself, for what is kept there besides images (caches of builds). */
  repository(
    reference: Reference,
    o: Pick<TransferRequest, 'credentials'> & { actions: readonly Action[] },
  ): Repository {
    return this.#deps.registries.repository(reference, o);
  }

  /** Removes what pulls that broke off have left for the next try; returns how many bytes. */
  forgetDownloads(): number {
    return this.#deps.content.forgetDownloads(digest => this.#downloads.isRunning(digest));
  }

  /** Waits until what was broken off has let go of its files. What was to be collected is collected at the next start. */
  async close(): Promise<void> {
    await this.#downloads.settled();
    clearImmediate(this.#collecting);
  }

  async #pull(reference: Reference, request: TransferRequest, emit: Emit): Promise<void> {
    const { credentials, signal } = request;
    const warnings = new HeldWarnings();
    const { onWarning } = warnings;
    const repository = this.#deps.registries.repository(reference, { credentials, actions: ['pull'], onWarning });
    const platform = request.platform ?? this.#options.platform;
    const variant = request.platform ? undefined : this.#options.variant?.();
    const lease = this.#deps.content.pins.lease();
    let changed = false;
    try {
      const all = reference.tag === undefined && reference.digest === undefined;
      const tags = all ? await Array.fromAsync(repository.tags({ signal })) : [];
      for (const one of all ? tags.map(tag => ({ ...reference, tag })) : [reference]) {
        const deps = { ...this.#deps, downloads: this.#downloads, collect: () => this.#collect() };
        const pulled = await pullImage(one, repository, deps, { platform, variant, lease, emit, signal });
        changed ||= pulled.changed;
        emit({ kind: 'line', status: `Digest: ${pulled.digest}` });
        emit({ kind: 'pulled', reference: one, image: pulled.id });
      }
      warnings.tell(emit);
      const news = changed ? 'Downloaded newer image' : 'Image is up to date';
      emit({ kind: 'line', status: `Status: ${news} for ${all ? familiarName(reference) : shownName(reference)}` });
    } catch (error) {
      throw explainPullError(error, reference);
    } finally {
      lease[Symbol.dispose]();
      this.#collectSoon();
    }
  }

  async #push(reference: Reference, request: TransferRequest, emit: Emit): Promise<void> {
    const { credentials, platform, manifest, signal } = request;
    emit({ kind: 'line', status: `The push refers to repository [${repositoryName(reference)}]` });
    const lease = this.#deps.content.pins.lease();
    try {
      for (const one of this.#pushed(reference)) {
        const image = this.#deps.find(one, platform) as Image;
        // To look through all images is for what has to be sent; should a layer be gone there after all, it is sent.
        const mayMount = image.layers.length > 0 && !isKnownIn(image, one);
        const from = mayMount ? mountRepositories(image, one, this.#deps.images()) : [];
        const actions = ['pull', 'push'] as const;
        const warnings = new HeldWarnings();
        const { onWarning } = warnings;
        const repository = this.#deps.registries.repository(reference, { credentials, actions, from, onWarning });
        const deps = { ...this.#deps, slots: this.#uploadSlots, sending: this.#sending, archives: this.#archives };
        const pushed = await pushImage(image, one, repository, deps, { platform, manifest, lease, emit, signal });
        warnings.tell(emit);
        emit({ kind: 'pushed', reference: one, ...pushed });
      }
    } catch (error) {
      throw explainPushError(error);
    } finally {
      lease[Symbol.dispose]();
      this.#collectSoon();
    }
  }

  /** Once whoever waits for the transfer has heard that it is over. */
  #collectSoon(): void {
    this.#collecting ??= setImmediate(() => {
      this.#collecting = undefined;
      this.#collect();
    });
  }

  /** On a full disk records cannot be changed; the next collection takes what this one could not. */
  #collect(): void {
    try {
      this.#deps.collect();
    } catch (error) {
      this.#deps.logger.warn('garbage not collected', { error: errorMessage(error) });
    }
  }

  /** What is to be pushed, by tag. Throws `not-found` in Docker's words. */
  #pushed(reference: Reference): (Reference & { tag: string })[] {
    const tags = this.#deps.tagsOf(reference);
    const wanted = reference.tag === undefined ? tags : tags.filter(({ tag }) => tag === reference.tag);
    if (wanted.length > 0) return wanted.map(one => ({ ...one, tag: one.tag ?? 'latest' }));
    if (tags.length > 0) throw notFound(`tag does not exist: ${familiarReference(reference)}`);
    throw notFound(`An image does not exist locally with the tag: ${familiarName(reference)}`);
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

/** What a registry warns of is told when all is done: the first news says that the registry has what was asked for. */
class HeldWarnings {
  readonly #held: string[] = [];
  readonly onWarning = (warning: string): void => void this.#held.push(warning);

  tell(emit: Emit): void {
    for (const warning of this.#held) emit({ kind: 'line', status: `WARNING: ${warning}` });
  }
}

/** Docker says of a sign-in only why it failed. */
function explainPushError(error: unknown): unknown {
  const isSignIn = error instanceof BerthError && !(error instanceof RegistryError) && error.kind === 'unauthorized';
  return isSignIn && error.cause instanceof BerthError ? error.cause : error;
}

/** Whether the repository had the image once. */
function isKnownIn(image: Image, { domain, path }: Reference): boolean {
  return image.digests.some(text => {
    const name = parseReference(text);
    return name.domain === domain && name.path === path;
  });
}

/** With a digest the tag beside it says nothing. */
function shownName(reference: Reference): string {
  const { tag: _tag, ...digested } = reference;
  return familiarReference(reference.digest === undefined ? reference : digested);
}
