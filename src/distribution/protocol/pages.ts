// Lists that a registry gives page by page.
import { invalid } from '../../lib/errors.ts';
import { parseJson } from '../../oci/manifest.ts';
import { nextPage } from './link-header.ts';
import type { RegistryClient } from './registry-client.ts';

const largestPage = 16 * 1024 * 1024;

/** The strings below `key` of every page. Throws `invalid` for pages that are something else. */
export async function* readPages(
  client: RegistryClient,
  list: { path: string; key: string },
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void> {
  let path: string | URL = list.path;
  for (;;) {
    const answer = await client.call({ method: 'GET', path, accept: [200], signal });
    const page = parseJson(await answer.buffer(largestPage), list.key);
    const items = typeof page === 'object' && page !== null ? (page as Record<string, unknown>)[list.key] : undefined;
    if (items !== null && items !== undefined) {
      if (!Array.isArray(items) || items.some(item => typeof item !== 'string'))
        throw invalid(`${list.key}: not a list of names`);
      yield* items as string[];
    }
    const next = nextPage(answer.headers.link, answer.url);
    if (!next) return;
    path = next;
  }
}
