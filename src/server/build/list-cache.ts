// The build cache in the Engine API's words.
import type { BuildCache } from '../../api/types/build.ts';
import type { Builder, CacheUsage } from '../../builder/index.ts';

export async function listBuildCache(builder: Builder): Promise<BuildCache[]> {
  return (await builder.usage()).map(describe);
}

function describe(usage: CacheUsage): BuildCache {
  return {
    ID: usage.id,
    ...(usage.parents.length > 0 && { Parents: [...usage.parents] }),
    Type: usage.kind,
    Description: usage.description,
    InUse: usage.inUse,
    Shared: usage.shared,
    Size: usage.size,
    CreatedAt: usage.createdAt.toISOString(),
    LastUsedAt: usage.lastUsedAt?.toISOString() ?? null,
    UsageCount: usage.usageCount,
  };
}
