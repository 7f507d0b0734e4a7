// Lists that come page by page, from a registry that need not mean well.
import { invalid } from '../../lib/errors.ts';
import { nextPage } from './link-header.ts';
import type { RegistryClient } from './registry-client.ts';

const largestPage = 16 * 1024 * 1024;
/** More than any registry has to list; one that never ends must not have our time and memory. */
const mostPages = 10_000;
const mostBytes = 128 * 1024 * 1024;

interface PageRequest {
  readonly path: string;
  /** Statuses that are no errors. */
  readonly accept: readonly number[];
  readonly signal: AbortSignal | undefined;
  /** What is listed, for errors. */
  readonly name: string;
}

/** Every page as it came. Throws `invalid` for lists that never end or go round in circles, besides what `call` throws. */
export async function* walkPages(
  client: Pick<RegistryClient, 'call'>,
  { path, accept, signal, name }: PageRequest,
): AsyncGenerator<{ status: number; bytes: Buffer }, void> {
  const seen = new Set<string>();
  let length = 0;
  for (let next: string | URL | undefined = path; next !== undefined; ) {
    const answer = await client.call({ method: 'GET', path: next, accept, signal });
    const bytes = await answer.buffer(largestPage);
    length += bytes.length;
    yield { status: answer.status, bytes };
    seen.add(answer.url.href);
    next = nextPage(answer.headers.link, answer.url);
    if (next === undefined) return;
    if (seen.has(next.href) || seen.size >= mostPages || length > mostBytes) {
      throw invalid(`${name}: the registry's list does not end`);
    }
  }
}
