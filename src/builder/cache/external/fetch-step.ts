// Brings the result of a step here that lies in another cache.
import type { Images } from '../../../images/index.ts';
import { systemError } from '../../../lib/errors.ts';
import { chainIds, type Digest } from '../../../oci/digest.ts';
import type { FetchNews } from '../../solve/solver.ts';
import type { CacheRecord, CacheStore } from '../cache-store.ts';
import type { ImportedStep } from './imported-steps.ts';

/** Milliseconds between two lines about the same blob. */
const interval = 100;

/** Returns what is to be recorded of it. Throws what the cache throws, `invalid` for layers that are not what it says. */
export async function fetchStep(
  { layers, result, times }: ImportedStep,
  o: {
    images: Pick<Images, 'builds'>;
    cache: CacheStore;
    signal: AbortSignal;
    tell: (news: FetchNews) => void;
  },
): Promise<Omit<CacheRecord, 'description' | 'parents'>> {
  const began = new Map<Digest, { started: Date; told: number }>();
  const fetched = await o.images.builds.fetch(layers, {
    signal: o.signal,
    report: ({ digest, size }, current) => {
      const at = new Date();
      const known = began.get(digest) ?? { started: at, told: 0 };
      if (current < size && at.getTime() - known.told < interval) return;
      began.set(digest, { ...known, told: at.getTime() });
      const news = { id: digest, current, total: size, at, started: known.started };
      o.tell(current < size ? news : { ...news, completed: at });
    },
  });
  for (const { chainId, blob } of fetched) o.cache.putBlob(chainId, blob);
  const chain = chainIds(layers.map(({ diffId }) => diffId)).at(-1);
  if (chain === undefined) throw systemError('a cached step has no layers');
  const now = Date.now();
  return {
    ...{ result, chain, times, createdAt: now, lastUsedAt: now, usageCount: 1, imported: true },
    size: o.images.builds.sizeOf(chain),
  };
}
