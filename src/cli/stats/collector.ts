// The usage of several containers at once, each from a stream of its own, with the last sample of each at hand.

import type { Client } from '../../client/index.ts';
import { computeUsage } from './usage.ts';
import type { Measured } from './usage-row.ts';

/** A daemon sends a sample a second; one older than this says nothing about now. */
const freshFor = 2_000;

interface Entry {
  readonly measured: Measured;
  readonly stop: AbortController;
  /** When the last sample came. */
  at: number;
}

export class Collector {
  readonly #client: Client;
  readonly #entries = new Map<string, Entry>();

  constructor(client: Client) {
    this.#client = client;
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Begins to watch a container; one that is watched already is left alone. Resolves with its first sample, or its end.
   * Rejects when there is no such container; it is then forgotten.
   */
  async add(container: string): Promise<void> {
    if (this.#entries.has(container)) return;
    const entry: Entry = { measured: { container, usage: undefined }, stop: new AbortController(), at: Date.now() };
    this.#entries.set(container, entry);
    const forget = () => {
      if (this.#entries.get(container) === entry) this.#entries.delete(container);
    };
    const { promise: first, resolve } = Promise.withResolvers<void>();
    try {
      const request = { path: { id: container }, query: { stream: true } };
      const stream = await this.#client.stream('ContainerStats', request, { signal: entry.stop.signal });
      void follow(entry, stream.lines(), resolve).then(forget, forget).then(resolve);
    } catch (error) {
      forget();
      throw error;
    }
    await first;
  }

  remove(container: string): void {
    this.#entries.get(container)?.stop.abort();
    this.#entries.delete(container);
  }

  /** The last sample of every container, in the order they came. */
  current(now: number = Date.now()): Measured[] {
    return [...this.#entries.values()].map(({ measured, at }) =>
      now - at > freshFor ? { container: measured.container, usage: undefined } : measured,
    );
  }

  close(): void {
    for (const container of [...this.#entries.keys()]) this.remove(container);
  }
}

async function follow(
  entry: Entry,
  samples: AsyncIterable<Parameters<typeof computeUsage>[0]>,
  ready: () => void,
): Promise<void> {
  for await (const sample of samples) {
    entry.measured.usage = computeUsage(sample);
    entry.at = Date.now();
    ready();
  }
}
