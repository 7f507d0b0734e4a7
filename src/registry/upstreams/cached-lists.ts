// Lists of another registry: as it gives them, or as far as they are known here.
import { errorMessage } from '../../lib/errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { RegistryContext } from '../context.ts';
import { type StaleHeaders, staleHeaders } from './cached-manifest.ts';
import { isPassing, refuseUpstream } from './upstream-failure.ts';
import type { CachedName } from './upstreams.ts';

// More than anybody tags; a registry that pages for ever must not take our memory.
const mostTags = 100_000;

interface Known<T> {
  readonly items: T[];
  readonly headers: StaleHeaders;
}

type Asking<T> = (signal: AbortSignal | undefined) => Promise<T[]>;

/** Every tag. Throws the refusal when there is no such repository. */
export function tagsOf(context: RegistryContext, cached: CachedName): Promise<Known<string>> {
  const { upstream, path, name } = cached;
  const there: Asking<string> = async signal => {
    const tags: string[] = [];
    for await (const tag of upstream.repository(path).tags({ signal })) {
      if (tags.push(tag) >= mostTags) break;
    }
    return tags;
  };
  return orFromHere(context, cached, { there, here: () => context.repositories.get(name).tags() });
}

/** What refers to a manifest. */
export function referrersOf(context: RegistryContext, cached: CachedName, subject: Digest): Promise<Known<Descriptor>> {
  const { upstream, path, name } = cached;
  const there: Asking<Descriptor> = async signal =>
    (await upstream.repository(path).referrers(subject, { signal })).manifests;
  return orFromHere(context, cached, { there, here: () => context.repositories.get(name).referrers(subject) });
}

async function orFromHere<T>(
  { logger, repositories }: RegistryContext,
  { upstream, name }: CachedName,
  { there, here }: { there: Asking<T>; here: () => Promise<T[]> },
): Promise<Known<T>> {
  const known = repositories.has(name);
  const stale = async () => ({ items: await here(), headers: staleHeaders(upstream.options.domain) });
  if (known && upstream.isDown) return await stale();
  try {
    return { items: await upstream.ask(there, { hurried: known }), headers: {} };
  } catch (error) {
    if (!known || !isPassing(error)) throw refuseUpstream(error, 'NAME_UNKNOWN');
    logger.warn('serving what the upstream said last', { repository: name, error: errorMessage(error) });
    return await stale();
  }
}
