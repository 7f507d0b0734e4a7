// What is remembered of others, who may be many.

/** A Map of at most `capacity` entries: beyond that it forgets the one that was set longest ago. */
export class RecentMap<K, V> extends Map<K, V> {
  readonly #capacity: number;

  constructor(capacity: number) {
    super();
    this.#capacity = capacity;
  }

  override set(key: K, value: V): this {
    this.delete(key);
    super.set(key, value);
    if (this.size > this.#capacity) for (const oldest of this.keys()) return this.#forget(oldest);
    return this;
  }

  #forget(key: K): this {
    this.delete(key);
    return this;
  }
}
