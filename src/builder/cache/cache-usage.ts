// `builder du`: what the cache holds, and which of it a filter means.
import type { Images } from '../../images/index.ts';
import { errorMessage, invalid } from '../../lib/errors.ts';
import { ownEntry } from '../../lib/own-entry.ts';
import { parseDuration } from '../../lib/text/duration.ts';
import type { Mirrors } from '../context/mirror/mirrors.ts';
import type { GitRepositories } from '../context/sources/git/git-repositories.ts';
import type { CacheUsage, PruneOptions } from '../usage.ts';
import type { CacheMounts } from './cache-mounts.ts';
import type { CacheStore } from './cache-store.ts';

export interface UsageDeps {
  readonly cache: CacheStore;
  readonly cacheMounts: CacheMounts;
  readonly sources: { readonly mirrors: Mirrors; readonly repositories: GitRepositories };
  readonly images: Images;
  readonly diskUsage: (path: string) => Promise<number>;
}

/** Records, cache mounts and directories of clients that pass, least recently used first. Throws `invalid` for an unknown filter. */
export async function cacheUsage(filters: PruneOptions['filters'], deps: UsageDeps): Promise<CacheUsage[]> {
  const passes = usageFilter(filters ?? {});
  const used = new Set(deps.images.list().flatMap(({ chainIds }) => chainIds));
  const steps = deps.cache.list().map(
    ({ key, record }): CacheUsage => ({
      id: shortId(key),
      parents: record.parents.map(shortId),
      kind: 'regular',
      description: record.description,
      inUse: false,
      shared: used.has(record.chain),
      size: record.size,
      createdAt: new Date(record.createdAt),
      lastUsedAt: new Date(record.lastUsedAt),
      usageCount: record.usageCount,
    }),
  );
  const mounts = deps.cacheMounts.list().map(
    async ({ record, directory, inUse }): Promise<CacheUsage> => ({
      id: mountId(record.number),
      parents: [],
      kind: 'exec.cachemount',
      description: record.description,
      inUse,
      shared: false,
      size: await deps.diskUsage(directory).catch(() => 0),
      createdAt: new Date(record.createdAt),
      lastUsedAt: new Date(record.lastUsedAt),
      usageCount: record.usageCount,
    }),
  );
  const mirrors = deps.sources.mirrors.list().map(
    ({ name, description, inUse, mirror, createdAt, lastUsedAt, usageCount }): CacheUsage => ({
      ...{ id: mirrorId(name), parents: [], kind: 'source.local', shared: false, size: mirror.size },
      ...{ description, inUse, createdAt, lastUsedAt, usageCount },
    }),
  );
  const repositories = deps.sources.repositories.list().map(
    async ({ name, description, directory, inUse, ...use }): Promise<CacheUsage> => ({
      ...{ id: name, parents: [], kind: 'source.git.checkout', description, inUse, shared: false },
      size: await deps.diskUsage(directory).catch(() => 0),
      createdAt: new Date(use.createdAt),
      lastUsedAt: new Date(use.lastUsedAt),
      usageCount: use.usageCount,
    }),
  );
  const kept = await Promise.all([...mounts, ...repositories]);
  const all = [...steps, ...kept, ...mirrors].filter(passes);
  return all.sort((a, b) => (a.lastUsedAt?.getTime() ?? 0) - (b.lastUsedAt?.getTime() ?? 0));
}

/** Twenty-five digits, as BuildKit's ids are long. */
export const shortId = (key: string) => key.slice(key.indexOf(':') + 1).slice(0, 25);
export const mirrorId = (name: string) => `mirror000${name}`;
export const mountId = (number: number) => `mount${String(number).padStart(20, '0')}`;

/** Which records pass all filters. Throws `invalid` for an unknown one. */
export function usageFilter(filters: Readonly<Record<string, readonly string[]>>): (usage: CacheUsage) => boolean {
  const tests = Object.entries(filters).flatMap(([key, values]) => values.map(value => test(key, value)));
  return usage => tests.every(passes => passes(usage));
}

/** `name` is equal, `name!` is not, `name~` matches a regular expression. */
function test(key: string, value: string): (usage: CacheUsage) => boolean {
  const [, name = '', operator = ''] = /^(.*?)([!~]?)$/.exec(key) ?? [];
  const texts = ownEntry(textsOf, name);
  if (texts) {
    const matches = operator === '~' ? matcher(value) : (text: string) => text === value;
    return usage => texts(usage).some(matches) !== (operator === '!');
  }
  switch (key) {
    case 'inuse':
      return ({ inUse }) => inUse;
    case 'shared':
      return ({ shared }) => shared;
    case 'private':
      return ({ shared }) => !shared;
    case 'mutable':
      return isMutable;
    case 'immutable':
      return usage => !isMutable(usage);
    case 'until':
    case 'unused-for': {
      const before = Date.now() - age(key, value);
      return ({ lastUsedAt, createdAt }) => (lastUsedAt ?? createdAt).getTime() < before;
    }
    // Docker takes these, for `system prune`; no record has labels.
    case 'label':
      return () => false;
    case 'label!':
      return () => true;
    default:
      throw invalid(`invalid filter '${key}'`);
  }
}

/** What a record has that can be compared. */
const textsOf: Readonly<Record<string, (usage: CacheUsage) => readonly string[]>> = {
  id: ({ id }) => [id],
  parent: ({ parents }) => parents,
  parents: ({ parents }) => parents,
  type: ({ kind }) => [kind],
  description: ({ description }) => [description],
};

function matcher(pattern: string): (text: string) => boolean {
  try {
    const regex = new RegExp(pattern);
    return text => regex.test(text);
  } catch (error) {
    throw invalid(`invalid filter ${JSON.stringify(pattern)}: ${errorMessage(error)}`, error);
  }
}

const isMutable = ({ kind }: CacheUsage) => kind === 'exec.cachemount' || kind === 'source.local';

/** Milliseconds; a number alone means seconds, as in Go's API clients. */
function age(key: string, value: string): number {
  try {
    return /^\d+$/.test(value) ? Number(value) * 1000 : parseDuration(value) / 1e6;
  } catch (error) {
    throw invalid(`${key} filter expects a duration (e.g., '24h')`, error);
  }
}
