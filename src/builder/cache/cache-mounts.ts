// The directories behind `RUN --mount=type=cache`: kept between builds, named by their id.
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyedMutex } from '../../lib/concurrency/keyed-mutex.ts';
import { unlessAborted } from '../../lib/concurrency/unless-aborted.ts';
import { BerthError, errorMessage } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Collection, Store } from '../../store/index.ts';

interface CacheMountRecord {
  readonly number: number;
  /** What steps ask for: id and what it was filled from. */
  readonly key: string;
  readonly description: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly usageCount: number;
}

interface CacheMountRequest {
  readonly key: string;
  readonly description: string;
  readonly sharing: 'shared' | 'private' | 'locked';
  /** Of a new directory, where they are not what it is filled with. */
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Fills a new directory, and gives it mode and owner. */
  readonly fill?: ((directory: string) => Promise<void>) | undefined;
  readonly signal: AbortSignal;
}

export interface CacheMountUse extends Disposable {
  readonly directory: string;
}

interface Users {
  count: number;
  /** Nobody else may use it. */
  exclusive: boolean;
}

/** A directory is made before its record and goes after it; `restore` removes the rest. */
export class CacheMounts {
  readonly #root: string;
  readonly #records: Collection<CacheMountRecord>;
  readonly #logger: Logger;
  readonly #users = new Map<number, Users>();
  readonly #finding = new KeyedMutex();
  #wake = Promise.withResolvers<void>();
  #next: number;

  constructor(root: string, deps: { store: Store; logger: Logger }) {
    this.#root = root;
    this.#records = deps.store.collection('build-mounts');
    this.#logger = deps.logger;
    mkdirSync(root, { recursive: true, mode: 0o711 });
    this.#next =
      Math.max(
        0,
        ...this.#records.list().map(({ value }) => value.number),
        ...readdirSync(root).map(Number).filter(Number.isFinite),
      ) + 1;
  }

  list(): { record: CacheMountRecord; directory: string; inUse: boolean }[] {
    return this.#records.list().map(({ value }) => ({
      record: value,
      directory: this.#directory(value.number),
      inUse: this.#users.has(value.number),
    }));
  }

  /**
   * A directory until disposed. `shared` with anybody, `locked` waits until nobody else has it, `private` gets another
   * one while it is taken. Throws `cancelled`.
   */
  async acquire(request: CacheMountRequest): Promise<CacheMountUse> {
    for (;;) {
      if (request.signal.aborted) throw new BerthError('cancelled', 'the build was cancelled');
      // Two that come at once must not make one each.
      const use = await this.#finding.run(request.key, () => this.#findOrMake(request));
      if (use) return use;
      await unlessAborted(this.#wake.promise, request.signal);
    }
  }

  /** Removes one that nobody uses; false when somebody does, or it is gone. */
  async remove(number: number): Promise<boolean> {
    if (this.#users.has(number) || !this.#records.delete(String(number))) return false;
    const aside = join(this.#root, `removed-${number}`);
    renameSync(this.#directory(number), aside);
    await rm(aside, { recursive: true, force: true });
    return true;
  }

  /** Removes directories that no record owns. Before the first build. */
  async restore(): Promise<void> {
    const known = new Set(this.#records.list().map(({ value }) => String(value.number)));
    for (const name of readdirSync(this.#root)) {
      if (known.has(name)) continue;
      await rm(join(this.#root, name), { recursive: true, force: true }).catch((error: unknown) =>
        this.#logger.warn('a cache mount was not removed', { name, error: errorMessage(error) }),
      );
    }
    for (const { id, value } of this.#records.list())
      if (!existsSync(this.#directory(value.number))) this.#records.delete(id);
  }

  /** Undefined when there is one that others have, and another will not do. */
  async #findOrMake(request: CacheMountRequest): Promise<CacheMountUse | undefined> {
    const known = this.#records
      .list()
      .map(({ value }) => value)
      .filter(({ key }) => key === request.key);
    const free = known.find(({ number }) => this.#isFree(number, request.sharing));
    if (free) return this.#use(free, request.sharing);
    return known.length === 0 || request.sharing === 'private' ? await this.#make(request) : undefined;
  }

  #isFree(number: number, sharing: CacheMountRequest['sharing']): boolean {
    const users = this.#users.get(number);
    return !users || (sharing === 'shared' && !users.exclusive);
  }

  async #make(request: CacheMountRequest): Promise<CacheMountUse> {
    const number = this.#next++;
    const directory = this.#directory(number);
    const { key, description, uid, gid, mode } = request;
    const now = Date.now();
    const record = { number, key, description, createdAt: now, lastUsedAt: now, usageCount: 0 };
    mkdirSync(directory);
    try {
      await request.fill?.(directory);
      const filled = statSync(directory);
      chownSync(directory, uid ?? filled.uid, gid ?? filled.gid);
      chmodSync(directory, mode ?? (request.fill ? filled.mode & 0o7777 : 0o755));
      return this.#use(record, request.sharing);
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  #use(record: CacheMountRecord, sharing: CacheMountRequest['sharing']): CacheMountUse {
    const { number } = record;
    const used = { ...record, lastUsedAt: Date.now(), usageCount: record.usageCount + 1 };
    // First: a disk that is full must not leave a user behind who never goes.
    this.#records.put(String(number), used, { durable: false });
    const users = this.#users.get(number) ?? { count: 0, exclusive: sharing !== 'shared' };
    users.count++;
    this.#users.set(number, users);
    let open = true;
    return {
      directory: this.#directory(number),
      [Symbol.dispose]: () => {
        if (!open) return;
        open = false;
        if (--users.count === 0) this.#users.delete(number);
        this.#wake.resolve();
        this.#wake = Promise.withResolvers();
      },
    };
  }

  #directory(number: number): string {
    return join(this.#root, String(number));
  }
}
