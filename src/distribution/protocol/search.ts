// Searching a registry: by the index protocol of Docker Hub, or through the catalogue where there is no such thing.

import { invalid } from '../../lib/errors.ts';
import { parseJson } from '../../oci/manifest.ts';
import type { CallOptions } from '../repository.ts';
import type { SearchResult } from '../search-result.ts';
import { readPages } from './pages.ts';
import { discard, type RegistryClient } from './registry-client.ts';

const largestAnswer = 4 * 1024 * 1024;

/** At most `limit` rows. */
export async function searchRegistry(
  client: RegistryClient,
  query: { term: string; limit: number },
  { signal }: CallOptions,
): Promise<SearchResult[]> {
  const { term, limit } = query;
  const path = `/v1/search?${new URLSearchParams({ q: term, n: String(limit) })}`;
  const answer = await client.call({ method: 'GET', path, accept: [200, 404], signal });
  if (answer.status === 200) return readResults(await answer.buffer(largestAnswer)).slice(0, limit);
  await discard(answer);
  const found: SearchResult[] = [];
  for await (const name of readPages(client, { path: '/v2/_catalog', key: 'repositories' }, signal)) {
    if (found.length === limit) break;
    if (name.includes(term)) found.push({ name, description: '', stars: 0, official: false, automated: false });
  }
  return found;
}

function readResults(bytes: Buffer): SearchResult[] {
  const answer = parseJson(bytes, 'search results') as { results?: unknown } | null;
  const results = answer?.results ?? [];
  if (!Array.isArray(results)) throw invalid('search results: results: not a list');
  return results.map(row => {
    const { name, description, star_count: stars, is_official, is_automated } = (row ?? {}) as Record<string, unknown>;
    if (typeof name !== 'string') throw invalid('search results: name: not a string');
    return {
      name,
      description: typeof description === 'string' ? description : '',
      stars: typeof stars === 'number' ? stars : 0,
      official: is_official === true,
      automated: is_automated === true,
    };
  });
}
