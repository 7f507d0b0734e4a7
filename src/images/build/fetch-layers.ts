// Layers that others made: their blobs are fetched from wherever those are, then extracted.
import type { ContentStore, Lease } from '../../content/index.ts';
import { allEnded } from '../../lib/concurrency/all-ended.ts';
import { Limiter } from '../../lib/concurrency/limiter.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { chainIds, type Digest } from '../../oci/digest.ts';
import type { LayerStore } from '../layers/layer-store.ts';

/** The blob of a layer somewhere else. */
export interface FetchableLayer {
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
  /** Its bytes, as the descriptor says. */
  readonly open: (signal: AbortSignal) => AsyncIterable<Uint8Array>;
}

/** A layer that is here now, and the blob it came in. */
export interface FetchedLayer {
  readonly chainId: Digest;
  readonly blob: Descriptor;
}

export interface FetchOptions {
  readonly lease: Lease;
  readonly signal: AbortSignal;
  /** Hears of the bytes of one blob as they come. */
  readonly report?: (blob: Descriptor, read: number) => void;
}

/** Blobs that are fetched at a time. */
const parallel = 3;

/**
 * Brings in what is missing of a chain (bottom first) and returns what it brought. What is here already, by its chain id, is
 * not fetched. Throws `invalid` for bytes that are not what descriptor and diff id say; what was extracted by then stays
 * as long as the lease.
 */
export async function fetchLayers(
  wanted: readonly FetchableLayer[],
  { content, layers }: { content: ContentStore; layers: LayerStore },
  { lease, signal, report }: FetchOptions,
): Promise<FetchedLayer[]> {
  const chain = chainIds(wanted.map(({ diffId }) => diffId));
  lease.keep(...chain, ...wanted.map(({ descriptor }) => descriptor.digest));
  const missing = wanted.flatMap((layer, at) => {
    const chainId = chain[at] as Digest;
    return layers.has(chainId) ? [] : [{ ...layer, chainId, below: chain.slice(0, at) }];
  });
  const slots = new Limiter(parallel);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const ingesting = missing.map(async ({ descriptor, open }) => {
    using _slot = await slots.acquire(either);
    if (content.has(descriptor.digest)) return;
    const bytes = counted(open(either), read => report?.(descriptor, read));
    await content.ingest(bytes, { lease, signal: either, expected: descriptor.digest, size: descriptor.size });
  });
  const extract = async () => {
    const fetched: FetchedLayer[] = [];
    for (const [at, { descriptor, diffId, chainId, below }] of missing.entries()) {
      await ingesting[at];
      await layers.ensure(chainId, diffId, { descriptor, below }, either);
      fetched.push({ chainId, blob: descriptor });
    }
    return fetched;
  };
  const extracting = extract();
  await allEnded<unknown>([...ingesting, extracting], () => stop.abort());
  return await extracting;
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  report: (read: number) => void,
): AsyncGenerator<Uint8Array, void> {
  let read = 0;
  for await (const chunk of source) {
    read += chunk.length;
    report(read);
    yield chunk;
  }
}
