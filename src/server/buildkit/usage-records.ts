// Records of the build cache in BuildKit's words.
import type { UsageRecord } from '../../api/buildkit/control.ts';
import type { CacheUsage, PruneOptions } from '../../builder/index.ts';
import { invalid } from '../../lib/errors.ts';
import { ownEntry } from '../../lib/own-entry.ts';

/** Cache mounts and contexts count as mutable. */
export function usageOf(record: CacheUsage): Partial<UsageRecord> {
  return {
    id: record.id,
    mutable: record.kind === 'exec.cachemount' || record.kind === 'source.local',
    inUse: record.inUse,
    size: record.size,
    createdAt: record.createdAt,
    lastUsedAt: record.lastUsedAt,
    usageCount: record.usageCount,
    description: record.description,
    recordType: record.kind,
    shared: record.shared,
    parents: [...record.parents],
  };
}

/** `type==regular`, `id~=abc`, `inuse`: BuildKit's filters, several of which all have to hold when joined by commas. */
export function usageFilters(filters: readonly string[]): NonNullable<PruneOptions['filters']> {
  const found: Record<string, string[]> = {};
  for (const filter of filters.flatMap(text => text.split(',')).filter(Boolean)) {
    const match = /^([\w.-]+)(?:(==|!=|~=|=)(.*))?$/.exec(filter);
    if (!match) throw invalid(`failed to parse filter ${JSON.stringify(filter)}`);
    const [, name = '', operator = '', value = 'true'] = match;
    const key = operator === '~=' ? `${name}~` : operator === '!=' ? `${name}!` : name;
    found[key] = [...(ownEntry(found, key) ?? []), value];
  }
  return found;
}
