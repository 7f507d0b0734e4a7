// Work that several wait for and one does.
import type { BlobFetch } from './blob-fetch.ts';

export class SharedFetches {
  readonly #manifests = new Map<string, Promise<unknown>>();
  readonly #blobs = new Map<string, BlobFetch>();

  /** What runs under `key`, or `work`, which others then share. */
  async share<T>(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.#manifests.get(key) as Promise<T> | undefined;
    if (running) return await running;
    const mine = work().finally(() => this.#manifests.delete(key));
    this.#manifests.set(key, mine);
    return await mine;
  }

  /** The fetch of a blob that runs, or the one that `start` begins. */
  blob(key: string, start: () => BlobFetch): BlobFetch {
    const running = this.#blobs.get(key);
    if (running) return running;
    const fetch = start();
    this.#blobs.set(key, fetch);
    const done = () => void this.#blobs.delete(key);
    fetch.done.then(done, done);
    return fetch;
  }

  /** Waits for the fetches that run; nobody hears how they end. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#manifests.values(), ...[...this.#blobs.values()].map(fetch => fetch.done)]);
  }
}
