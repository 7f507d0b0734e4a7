// `builder prune`: removes what a filter means, least recently used first, until little enough is left.
import { statfsSync } from 'node:fs';
import type { CacheUsage, PruneOptions, PruneResult } from '../usage.ts';
import { cacheUsage, mirrorId, mountId, shortId, type UsageDeps } from './cache-usage.ts';

interface PruneDeps extends UsageDeps {
  /** Where the cache lies. */
  readonly root: string;
}

/** What others are made upon goes with the last of them. Throws `invalid` for an unknown filter. */
export async function pruneCache(o: PruneOptions, deps: PruneDeps): Promise<PruneResult> {
  const all = await cacheUsage({}, deps);
  const chosen = await cacheUsage(o.filters, deps);
  const candidates = chosen.filter(usage => !usage.inUse && (o.all || !usage.shared));
  let left = all.reduce((sum, { size }) => sum + size, 0);
  const deleted: CacheUsage[] = [];
  for (const usage of candidates) {
    if (isLittleEnough(left, o, deps.root)) break;
    if (!(await remove(usage, deps))) continue;
    deleted.push(usage);
    left -= usage.size;
  }
  deps.cache.sweep();
  deps.images.collect();
  return { deleted, reclaimed: deleted.reduce((sum, { size, shared }) => sum + (shared ? 0 : size), 0) };
}

function isLittleEnough(left: number, o: PruneOptions, root: string): boolean {
  const { reservedSpace = 0, maxUsedSpace = 0, minFreeSpace = 0 } = o;
  if (reservedSpace === 0 && maxUsedSpace === 0 && minFreeSpace === 0) return false;
  const { bavail, bsize } = statfsSync(root);
  const hasRoom = minFreeSpace === 0 || bavail * bsize >= minFreeSpace;
  const isBounded = maxUsedSpace === 0 || left <= maxUsedSpace;
  return left <= reservedSpace || (hasRoom && isBounded && (minFreeSpace > 0 || maxUsedSpace > 0));
}

async function remove({ id, kind }: CacheUsage, { cache, cacheMounts, sources }: PruneDeps): Promise<boolean> {
  if (kind === 'source.local') {
    const use = sources.mirrors.list().find(({ name }) => mirrorId(name) === id);
    return use !== undefined && (await sources.mirrors.remove(use.name));
  }
  if (kind === 'source.git.checkout') return await sources.repositories.remove(id);
  if (kind === 'exec.cachemount') {
    const mount = cacheMounts.list().find(({ record }) => mountId(record.number) === id);
    return mount !== undefined && (await cacheMounts.remove(mount.record.number));
  }
  const record = cache.list().find(({ key }) => shortId(key) === id);
  if (record) cache.delete(record.key);
  return record !== undefined;
}
