// The layers of an image whose blobs are here: some are extracted at a time, and each is there after the one below it.
import type { Lease } from '../../content/index.ts';
import { allEnded } from '../../lib/concurrency/all-ended.ts';
import { Limiter } from '../../lib/concurrency/limiter.ts';
import { AsyncQueue } from '../../lib/streams/async-queue.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { chainIds, type Digest, shortId } from '../../oci/digest.ts';
import type { LoadEvent } from '../image.ts';
import type { ExtractedEarly } from './extracted-early.ts';
import { type LayerStore, layersAtOnce } from './layer-store.ts';

export interface AddOptions {
  layers: LayerStore;
  lease: Lease;
  signal?: AbortSignal | undefined;
  /** What was extracted before it was known of which image it is. */
  early?: ExtractedEarly | undefined;
}

/** Milliseconds between two lines about the same layer. */
const interval = 100;

/**
 * Extracts what is missing, bottom first, and yields news of it. Throws `invalid` when a blob is not what its diff id says,
 * `cancelled`; layers that were there by then stay until the lease ends.
 */
export async function* addLayers(
  blobs: readonly Descriptor[],
  diffIds: readonly Digest[],
  { layers, lease, signal, early }: AddOptions,
): AsyncGenerator<LoadEvent, void> {
  const chain = chainIds(diffIds);
  lease.keep(...chain);
  const stop = new AbortController();
  const news = new AsyncQueue<LoadEvent>();
  const o = {
    signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
    slots: early?.slots ?? new Limiter(layersAtOnce),
  };
  let ready: Promise<void> | undefined;
  const added = chain.map((chainId, at) => {
    const [diffId, descriptor] = [diffIds[at] as Digest, blobs[at] as Descriptor];
    if (layers.has(chainId)) return undefined;
    const { onRead, onAdded } = progressOf(diffId, descriptor.size, news);
    const aside = early && (() => early.take(descriptor.digest));
    const source = { descriptor, below: chain.slice(0, at), ready, onRead, aside, slots: o.slots };
    ready = layers.ensure(chainId, diffId, source, o.signal).then(onAdded);
    return ready;
  });
  const all = allEnded(
    added.filter(one => one !== undefined),
    () => stop.abort(),
  );
  all.then(
    () => news.close(),
    error => news.fail(error),
  );
  try {
    yield* news;
  } finally {
    stop.abort();
    await all.catch(() => {});
  }
}

/** What puts news of a layer on the queue. */
function progressOf(diffId: Digest, total: number, news: AsyncQueue<LoadEvent>) {
  let current = 0;
  let toldAt = 0;
  const tell = () => news.push({ kind: 'progress', id: shortId(diffId), status: 'Loading layer', current, total });
  return {
    onRead: (bytes: number) => {
      current += bytes;
      const now = Date.now();
      if (now - toldAt < interval) return;
      toldAt = now;
      tell();
    },
    onAdded: () => {
      current = total;
      tell();
    },
  };
}
