// What builds have made, by what it was made from: records in the store, layers in the images room.
import type { Images } from '../../images/index.ts';
import { errorCode } from '../../lib/errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Collection, Store } from '../../store/index.ts';
import type { StepMemory } from '../solve/step-memory.ts';

/** The result of one step. */
export interface CacheRecord {
  /** What dependent steps are keyed by: the record's own key, or another one when it was run again on demand. */
  readonly result: string;
  /** The top layer of the result, with all below it. */
  readonly chain: Digest;
  /** Times of the layers that builds made, top first, as milliseconds since 1970. */
  readonly times: readonly number[];
  readonly description: string;
  /** Keys of the steps it was made upon. */
  readonly parents: readonly string[];
  /** Bytes of its own layer. */
  readonly size: number;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly usageCount: number;
  /** Found elsewhere and taken from there. */
  readonly imported?: boolean;
}

/** Milliseconds. */
const memoryTime = 60 * 24 * 60 * 60 * 1000;

/** Keyed by cache key. A second collection leads from keys that are quick to know to those that say more. */
export class CacheStore {
  readonly #records: Collection<CacheRecord>;
  readonly #aliases: Collection<string>;
  readonly #memories: Collection<StepMemory>;
  readonly #blobs: Collection<Descriptor>;
  readonly #images: Pick<Images, 'builds'>;
  readonly #chains = new Map<Digest, readonly Digest[]>();
  /** Used in this process, not written yet. */
  readonly #used = new Map<string, number>();

  constructor(deps: { store: Store; images: Pick<Images, 'builds'> }) {
    this.#records = deps.store.collection('build-cache');
    this.#aliases = deps.store.collection('build-cache-aliases');
    this.#memories = deps.store.collection('build-steps');
    this.#blobs = deps.store.collection('build-cache-blobs');
    this.#images = deps.images;
  }

  /** A record whose layers are there; undefined otherwise. */
  find(key: string): CacheRecord | undefined {
    const record = this.#records.get(key);
    return record && this.#images.builds.has(record.chain) ? record : undefined;
  }

  /** Whether there is a record of a step that was made upon that result. */
  isKnownBelow(result: string): boolean {
    return this.#records.list().some(({ value }) => value.parents.includes(result));
  }

  put(key: string, record: CacheRecord): void {
    this.#records.put(key, record, { durable: false });
  }

  /** False when there was none. One that a power cut brings back leads to layers that are not there, and counts for nothing. */
  delete(key: string): boolean {
    return this.#records.delete(key, { durable: false });
  }

  list(): { key: string; record: CacheRecord }[] {
    return this.#records.list().map(({ id, value }) => ({ key: id, record: this.#withUse(id, value) }));
  }

  alias(key: string): string | undefined {
    return this.#aliases.get(key);
  }

  putAlias(key: string, target: string): void {
    if (this.#aliases.get(key) !== target) note(() => this.#aliases.put(key, target, { durable: false }));
  }

  /** The blob that a layer came in, or left in: what exports of it need not make anew. */
  blob(chainId: Digest): Descriptor | undefined {
    return this.#blobs.get(chainId);
  }

  /** Keeps the blob of a layer as long as records name the layer. */
  putBlob(chainId: Digest, blob: Descriptor): void {
    const isKnown = this.#blobs.get(chainId)?.digest === blob.digest;
    if (!isKnown) note(() => this.#blobs.put(chainId, blob, { durable: false }));
  }

  /** What is known of the last run of a step. */
  memory(identity: string): StepMemory | undefined {
    return this.#memories.get(identity);
  }

  remember(identity: string, memory: StepMemory): void {
    note(() => this.#memories.put(identity, memory, { durable: false }));
  }

  /** Removes aliases and blobs that lead nowhere, and what is remembered of steps nobody has run for long. */
  sweep(): void {
    const layers = new Set(this.#layers());
    for (const { id } of this.#blobs.list()) if (!layers.has(id as Digest)) this.#blobs.delete(id, { durable: false });
    const before = Date.now() - memoryTime;
    for (const { id, value } of this.#memories.list()) {
      if (value.at < before) this.#memories.delete(id, { durable: false });
    }
    for (const { id, value } of this.#aliases.list())
      if (!this.#records.get(value)) this.#aliases.delete(id, { durable: false });
  }

  /** Notes that a build used it; `flush` writes that down. */
  touch(key: string): void {
    this.#used.set(key, Date.now());
  }

  /** After a build: what was used, in one go. */
  flush(): void {
    const used = [...this.#used];
    this.#used.clear();
    for (const [key, at] of used) {
      const record = this.#records.get(key);
      if (!record) continue;
      const value = { ...record, lastUsedAt: at, usageCount: record.usageCount + 1 };
      note(() => this.#records.put(key, value, { durable: false }));
    }
  }

  /** Every layer that records name, those below, and their blobs: for the keeper of the images room. */
  *kept(): Generator<Digest, void> {
    for (const chainId of this.#layers()) {
      yield chainId;
      const blob = this.#blobs.get(chainId);
      if (blob) yield blob.digest;
    }
  }

  *#layers(): Generator<Digest, void> {
    const tops = new Set(this.#records.list().map(({ value }) => value.chain));
    for (const top of this.#chains.keys()) if (!tops.has(top)) this.#chains.delete(top);
    for (const top of tops) yield* this.#chainOf(top);
  }

  /** What lies below a layer never changes. */
  #chainOf(top: Digest): readonly Digest[] {
    const known = this.#chains.get(top) ?? this.#images.builds.chainIds(top);
    if (known.length > 0) this.#chains.set(top, known);
    return known;
  }

  #withUse(key: string, record: CacheRecord): CacheRecord {
    const at = this.#used.get(key);
    return at === undefined ? record : { ...record, lastUsedAt: at };
  }
}

/** Writes what is good to know and not needed: on a full disk a build goes on without. */
function note(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (errorCode(error) !== 'SQLITE_FULL') throw error;
  }
}
