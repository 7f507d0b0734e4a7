// Which files of an update are still to come, and who waits for which of them.

import { TimeSlice } from '../../../lib/concurrency/time-slice.ts';
import type { TarEntry } from '../../../lib/tar/entry.ts';
import { placesAround } from './places-around.ts';

interface Waiting {
  missing: number;
  readonly resolve: () => void;
}

/** One for each update. */
export class Arrivals {
  readonly #coming = new Map<string, TarEntry>();
  /** By the path of a file. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #beforeNews: () => void;

  /** `beforeNews` is called before anybody hears that what they wait for is here. */
  constructor(beforeNews: () => void) {
    this.#beforeNews = beforeNews;
  }

  expect(entry: TarEntry): void {
    this.#coming.set(entry.name, entry);
  }

  /** What is to come at that path. */
  find(path: string): TarEntry | undefined {
    return this.#coming.get(path);
  }

  get isOver(): boolean {
    return this.#coming.size === 0;
  }

  came(path: string): void {
    this.#coming.delete(path);
    const waiting = this.#waiting.get(path);
    this.#waiting.delete(path);
    for (const one of waiting ?? []) this.#count(one);
  }

  /** Waits until nothing at these places and below is to come. Nothing more may be expected by then. */
  async at(places: ReadonlySet<string>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const slice = new TimeSlice();
    // Itself, until all are counted.
    const waiting: Waiting = { missing: 1, resolve };
    for (const path of this.#coming.keys()) {
      if (slice.used) await slice.pause();
      if (!this.#coming.has(path) || !placesAround(path).some(place => places.has(place))) continue;
      waiting.missing++;
      this.#waiting.set(path, [...(this.#waiting.get(path) ?? []), waiting]);
    }
    this.#count(waiting);
    await promise;
  }

  #count(waiting: Waiting): void {
    waiting.missing--;
    if (waiting.missing > 0) return;
    this.#beforeNews();
    waiting.resolve();
  }
}
