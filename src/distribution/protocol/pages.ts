// Lists of names that a registry gives page by page.
import { invalid } from '../../lib/errors.ts';
import { parseJson } from '../../oci/manifest.ts';
import type { RegistryClient } from './registry-client.ts';
import { walkPages } from './walk-pages.ts';

/** The strings below `key` of every page. Throws `invalid` for pages that are something else, and lists without end. */
export async function* readPages(
  client: Pick<RegistryClient, 'call'>,
  { path, key }: { path: string; key: string },
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void> {
  for await (const { bytes } of walkPages(client, { path, accept: [200], signal, name: key })) {
    const page = parseJson(bytes, key);
    const items = typeof page === 'object' && page !== null ? (page as Record<string, unknown>)[key] : undefined;
    if (items === null || items === undefined) continue;
    if (!Array.isArray(items) || items.some(item => typeof item !== 'string'))
      throw invalid(`${key}: not a list of names`);
    yield* items as string[];
  }
}
