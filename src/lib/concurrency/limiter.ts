// So many at a time, first come first served.
import { BerthError } from '../errors.ts';

/** `using slot = await limiter.acquire()`. The limit can change at any time; who has a slot keeps it. */
export class Limiter {
  #limit: number;
  #used = 0;
  readonly #waiting: (() => void)[] = [];

  /** A limit below 1 counts as 1. */
  constructor(limit: number) {
    this.#limit = Math.max(1, limit);
  }

  set limit(limit: number) {
    this.#limit = Math.max(1, limit);
    this.#admit();
  }

  /** Slots that are free at this moment. */
  get free(): number {
    return Math.max(0, this.#limit - this.#used);
  }

  /** Waits for a slot; disposing it lets the next one in. Throws `cancelled` when the signal comes first. */
  async acquire(signal?: AbortSignal): Promise<Disposable> {
    if (signal?.aborted) throw cancelled(signal);
    if (this.#used < this.#limit && this.#waiting.length === 0) this.#used++;
    else await this.#wait(signal);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#used--;
        this.#admit();
      },
    };
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(cancelled(signal));
      };
      this.#waiting.push(enter);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  #admit(): void {
    while (this.#used < this.#limit) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#used++;
      next();
    }
  }
}

function cancelled(signal: AbortSignal | undefined): BerthError {
  return new BerthError('cancelled', 'context canceled', { cause: signal?.reason });
}
