// Manifests of another registry: asked for there, kept here, served from here when there is nobody to ask.
import { BerthError, errorMessage } from '../../lib/errors.ts';
import type { Digest } from '../../oci/digest.ts';
import type { RegistryContext } from '../context.ts';
import { linkManifest } from '../manifests/put-manifest.ts';
import { readManifest } from '../manifests/read-manifest.ts';
import { isPassing, refuseUpstream } from './upstream-failure.ts';
import type { CachedName } from './upstreams.ts';

/** Headers for who gets something that may have changed there. */
export type StaleHeaders = Readonly<Record<string, string>>;

export const staleHeaders = (domain: string): StaleHeaders => ({
  Warning: `299 - "${domain} could not be reached: this is what it said last"`,
});

/**
 * Sees to it that the manifest is here, if it is there; `findManifest` finds it afterwards. Returns headers for the
 * reply. Throws the refusal when it is not there, or neither here nor anybody to ask.
 */
export async function refreshManifest(
  context: RegistryContext,
  cached: CachedName,
  wanted: { tag: string } | { digest: Digest },
): Promise<StaleHeaders> {
  const { upstream, name, path } = cached;
  const { metrics, upstreams } = context;
  const here = await isHere(context, name, wanted);
  if (here && ('digest' in wanted || upstream.isFresh(path, wanted.tag))) {
    metrics.count('berth_registry_cache_total', { result: 'hit' });
    return {};
  }
  try {
    if (here && upstream.isDown) throw refuseUpstream(new Error('down'), 'MANIFEST_UNKNOWN');
    const reference = 'tag' in wanted ? wanted.tag : wanted.digest;
    await upstreams.fetches.share(`${name}@${reference}`, () =>
      upstream.ask(signal => fetchManifest(context, cached, { wanted, signal }), { hurried: here }),
    );
    return {};
  } catch (error) {
    if (!here || !(upstream.isDown || isPassing(error))) throw refuseUpstream(error, 'MANIFEST_UNKNOWN');
    metrics.count('berth_registry_cache_total', { result: 'stale' });
    context.logger.warn('serving what the upstream said last', { repository: name, error: errorMessage(error) });
    return staleHeaders(upstream.options.domain);
  }
}

async function fetchManifest(
  context: RegistryContext,
  { upstream, name, path }: CachedName,
  { wanted, signal }: { wanted: { tag: string } | { digest: Digest }; signal: AbortSignal | undefined },
): Promise<void> {
  const repository = upstream.repository(path);
  const reference = 'tag' in wanted ? wanted.tag : wanted.digest;
  const { digest } = 'tag' in wanted ? await repository.resolve(reference, { signal }) : wanted;
  const known = context.repositories.get(name).hasManifest(digest) && context.content.has(digest);
  context.metrics.count('berth_registry_cache_total', { result: known ? 'hit' : 'miss' });
  const tag = 'tag' in wanted ? wanted.tag : undefined;
  context.uses.note(digest);
  if (known) await retag(context, name, { digest, tag });
  else {
    const { bytes, descriptor } = await repository.manifest(digest, { signal });
    const manifest = understand(bytes, descriptor.mediaType);
    await context.content.put(bytes, { expected: digest });
    await linkManifest(context, name, { descriptor: { ...descriptor, mediaType: manifest.mediaType }, manifest, tag });
  }
  if (tag !== undefined) upstream.markFresh(path, tag);
}

/** What makes no sense is no answer: somebody between us may speak for the upstream, as the page of a hotel does. */
function understand(bytes: Buffer, mediaType: string): ReturnType<typeof readManifest> {
  try {
    return readManifest(bytes, mediaType);
  } catch (error) {
    throw new BerthError('unavailable', `no manifest was sent: ${errorMessage(error)}`, { cause: error });
  }
}

async function retag(
  { repositories, locks, now }: RegistryContext,
  name: string,
  { digest, tag }: { digest: Digest; tag: string | undefined },
): Promise<void> {
  if (tag === undefined) return;
  await locks.run(name, async () => {
    const repository = repositories.get(name);
    if ((await repository.tag(tag))?.digest === digest) return;
    await repository.setTag(tag, { digest, pushed: new Date(now()).toISOString() });
  });
}

async function isHere(
  { repositories, content }: RegistryContext,
  name: string,
  wanted: { tag: string } | { digest: Digest },
): Promise<boolean> {
  const repository = repositories.get(name);
  const digest = 'digest' in wanted ? wanted.digest : (await repository.tag(wanted.tag))?.digest;
  return digest !== undefined && repository.hasManifest(digest) && content.has(digest);
}
