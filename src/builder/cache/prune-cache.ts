// `builder prune`: removes what a filter means, least recently used first, until little enough is left.
import { statfsSync } from 'node:fs';
import { TimeSlice } from '../../lib/concurrency/time-slice.ts';
import type { CacheUsage, PruneOptions, PruneResult } from '../usage.ts';
import { cacheUsage, mirrorId, mountId, shortId, type UsageDeps, usageFilter } from './cache-usage.ts';

interface PruneDeps extends UsageDeps {
  /** Where the cache lies. */
  readonly root: string;
}

/** What others are made upon goes with the last of them. Throws `invalid` for an unknown filter. */
export async function pruneCache(o: PruneOptions, deps: PruneDeps): Promise<PruneResult> {
  const passes = usageFilter(o.filters ?? {});
  const all = await cacheUsage({}, deps);
  const candidates = all.filter(usage => !usage.inUse && (o.all || !usage.shared) && passes(usage));
  const total = all.reduce((sum, { size }) => sum + size, 0);
  const { bavail, bsize } = statfsSync(deps.root);
  const limit = spaceToKeep(o, { total, free: bavail * bsize });
  const keys = new Map(deps.cache.list().map(({ key }) => [shortId(key), key]));
  const slice = new TimeSlice();
  let left = total;
  const deleted: CacheUsage[] = [];
  for (const usage of candidates) {
    if (limit !== undefined && left <= limit) break;
    if (!(await remove(usage, keys, deps))) continue;
    deleted.push(usage);
    left -= usage.size;
    if (slice.used) await slice.pause();
  }
  deps.cache.sweep();
  deps.images.collect();
  return { deleted, reclaimed: deleted.reduce((sum, { size, shared }) => sum + (shared ? 0 : size), 0) };
}

/**
 * How many bytes of `total` may stay where `free` are free on the disk; undefined where nothing need stay. Known beforehand:
 * what is removed is off the disk only some time later.
 */
export function spaceToKeep(
  { reservedSpace = 0, maxUsedSpace = 0, minFreeSpace = 0 }: PruneOptions,
  { total, free }: { total: number; free: number },
): number | undefined {
  if (reservedSpace === 0 && maxUsedSpace === 0 && minFreeSpace === 0) return undefined;
  const bounds = [
    ...(maxUsedSpace > 0 ? [maxUsedSpace] : []),
    ...(minFreeSpace > 0 ? [total - Math.max(0, minFreeSpace - free)] : []),
  ];
  return Math.max(reservedSpace, bounds.length > 0 ? Math.min(...bounds) : 0);
}

/** `keys`: those of the records by their short ids. */
async function remove(
  { id, kind }: CacheUsage,
  keys: ReadonlyMap<string, string>,
  { cache, cacheMounts, sources }: PruneDeps,
): Promise<boolean> {
  if (kind === 'source.local') {
    const use = sources.mirrors.list().find(({ name }) => mirrorId(name) === id);
    return use !== undefined && (await sources.mirrors.remove(use.name));
  }
  if (kind === 'source.git.checkout') return await sources.repositories.remove(id);
  if (kind === 'exec.cachemount') {
    const mount = cacheMounts.list().find(({ record }) => mountId(record.number) === id);
    return mount !== undefined && (await cacheMounts.remove(mount.record.number));
  }
  const key = keys.get(id);
  return key !== undefined && cache.delete(key);
}
