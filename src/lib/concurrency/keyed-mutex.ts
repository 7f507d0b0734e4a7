// Mutual exclusion by key, first come first served; unused keys take no memory.

/** `await using lock = await mutex.acquire(id)` or `mutex.run(id, fn)`. Not reentrant. */
export class KeyedMutex {
  readonly #tails = new Map<string, Promise<void>>();

  /** Waits for the key and returns the lock; disposing it lets the next one in. */
  async acquire(key: string): Promise<Disposable> {
    const before = this.#tails.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tails.set(key, promise);
    if (before) await before;
    return {
      [Symbol.dispose]: () => {
        if (this.#tails.get(key) === promise) this.#tails.delete(key);
        resolve();
      },
    };
  }

  /** Runs `fn` while holding the key. */
  async run<T>(key: string, fn: () => T | Promise<T>): Promise<T> {
    using _lock = await this.acquire(key);
    return await fn();
  }
}
