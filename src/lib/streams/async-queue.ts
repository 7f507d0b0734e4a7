// A queue between a producer that pushes and one consumer that iterates.

/**
 * `push` never blocks; the consumer reads with `for await`. `close` ends the iteration after what is queued,
 * `fail` ends it with an error. With `limit`, the oldest items are dropped beyond it (a slow event listener must
 * not hold the daemon's memory).
 */
export class AsyncQueue<T> implements AsyncIterable<T>, AsyncIterator<T> {
  #items: T[] = [];
  #waiting: PromiseWithResolvers<IteratorResult<T>> | undefined;
  #ended = false;
  #error: unknown;
  readonly #limit: number;
  readonly #onReturn: (() => void) | undefined;

  constructor(options: { limit?: number; onReturn?: () => void } = {}) {
    this.#limit = options.limit ?? Number.POSITIVE_INFINITY;
    this.#onReturn = options.onReturn;
  }

  /** Number of items nobody has read yet. */
  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    if (this.#ended) return;
    if (this.#waiting) {
      this.#waiting.resolve({ value: item, done: false });
      this.#waiting = undefined;
      return;
    }
    this.#items.push(item);
    if (this.#items.length > this.#limit) this.#items.shift();
  }

  close(): void {
    this.#ended = true;
    this.#waiting?.resolve({ value: undefined, done: true });
    this.#waiting = undefined;
  }

  fail(error: unknown): void {
    this.#ended = true;
    this.#error = error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  async next(): Promise<IteratorResult<T>> {
    const item = this.#items.shift();
    if (item !== undefined) return { value: item, done: false };
    if (this.#error !== undefined) throw this.#error;
    if (this.#ended) return { value: undefined, done: true };
    this.#waiting = Promise.withResolvers<IteratorResult<T>>();
    return this.#waiting.promise;
  }

  async return(): Promise<IteratorResult<T>> {
    this.close();
    this.#items = [];
    this.#onReturn?.();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
