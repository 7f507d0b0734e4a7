// One blob on its way from a registry to the disk, for everybody who waits for it.
import type { ContentStore, GrowingFile, Lease, PartialBlob } from '../../../content/index.ts';
import type { Repository } from '../../../distribution/index.ts';
import type { Limiter } from '../../../lib/concurrency/limiter.ts';
import { BerthError, errorCode, errorKind, systemError } from '../../../lib/errors.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';

type DownloadState = 'waiting' | 'downloading' | 'verifying' | 'complete';

export interface DownloadDeps {
  content: ContentStore;
  /** How many download at a time. */
  slots: Limiter;
}

/**
 * Begins at once (or when there is a slot), where an interrupted one stopped. Ends when nobody wants it any more; what
 * came by then is kept for the next time, until `publish` makes it a blob.
 */
export class Download {
  readonly descriptor: Descriptor;
  /** Resolves when all is on the disk and the digest is right. Whoever has it handles its failure. */
  readonly done: Promise<void>;
  state: DownloadState = 'waiting';
  /** Bytes so far, those of an earlier try included. */
  received = 0;
  /** How often what there was turned out to be wrong; those who follow fail then, and can follow anew. */
  restarts = 0;
  /** `done` has failed or is about to. */
  failed = false;
  /** Where it comes from. */
  readonly repository: Repository;
  readonly #deps: DownloadDeps;
  readonly #abort = new AbortController();
  readonly #partial: Promise<PartialBlob>;
  #published: Promise<void> | undefined;
  readonly #listeners = new Set<() => void>();

  /** `before`: what has to end first, of an earlier download of the same blob. */
  constructor(what: { descriptor: Descriptor; repository: Repository; before: Promise<void> }, deps: DownloadDeps) {
    this.descriptor = what.descriptor;
    this.repository = what.repository;
    this.#deps = deps;
    this.#partial = what.before.then(() => deps.content.resume(what.descriptor.digest));
    this.done = this.#run();
    this.done.catch(() => {});
  }

  /** Calls `listener` whenever state or bytes change; returns how to stop that. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** To be read from the first byte on, as it comes; ends when it was verified. */
  async follow(): Promise<GrowingFile> {
    const partial = await this.#partial;
    try {
      return await partial.follow();
    } catch (error) {
      // Somebody else who wanted it has made it a blob.
      if (!this.#published || errorCode(error) !== 'ENOENT') throw error;
      await this.#published;
      return this.#deps.content.open(this.descriptor.digest);
    }
  }

  /** After `done`; for everybody who wants the blob kept. */
  async publish(lease: Lease): Promise<void> {
    lease.keep(this.descriptor.digest);
    this.#published ??= this.#partial.then(partial => this.#deps.content.publish(partial, lease));
    await this.#published;
  }

  /** Stops it if it still runs, and lets go of the file. Never throws. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.done.catch(() => {});
    await this.#partial.then(partial => partial.close()).catch(() => {});
  }

  async #run(): Promise<void> {
    const partial = await this.#partial;
    try {
      using _slot = await this.#deps.slots.acquire(this.#abort.signal);
      const resumed = partial.size;
      if (resumed > this.descriptor.size) await this.#restart(partial);
      await this.#fetch(partial);
      try {
        await this.#verify(partial);
      } catch (error) {
        if (errorKind(error) !== 'invalid') throw error;
        // What a crash left may be damaged; what came just now is the registry's word.
        const again = resumed > 0;
        await this.#restart(partial);
        if (!again) throw error;
        await this.#fetch(partial);
        await this.#verify(partial);
      }
      this.#tell('complete');
    } catch (error) {
      this.failed = true;
      partial.fail(error);
      if (errorCode(error) !== 'ENOSPC') throw error;
      // On a full disk the room is wanted more than a good start for the next time.
      await partial.restart().catch(() => {});
      throw systemError(`write ${partial.path}: no space left on device`, error);
    }
  }

  async #fetch(partial: PartialBlob): Promise<void> {
    const { digest, size } = this.descriptor;
    const { signal } = this.#abort;
    this.received = partial.size;
    this.#tell('downloading');
    for await (const chunk of this.repository.blob(digest, { offset: partial.size, size, signal })) {
      await partial.append(chunk);
      this.received += chunk.length;
      this.#tell('downloading');
    }
    if (signal.aborted) throw new BerthError('cancelled', 'context canceled', { cause: signal.reason });
  }

  #verify(partial: PartialBlob): Promise<void> {
    this.#tell('verifying');
    return partial.verify();
  }

  async #restart(partial: PartialBlob): Promise<void> {
    this.restarts++;
    await partial.restart();
  }

  #tell(state: DownloadState): void {
    this.state = state;
    for (const listener of this.#listeners) listener();
  }
}
