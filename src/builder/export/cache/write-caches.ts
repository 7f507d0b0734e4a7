// Every `--cache-to` of a build, each a step of its export.
import { parseReference, withDefaultTag } from '../../../oci/reference.ts';
import type { BuildRequest, CacheReference } from '../../request.ts';
import type { Solver } from '../../solve/solver.ts';
import type { ExportContext, SolvedPlatform } from '../export-context.ts';
import type { ExportStep } from '../export-progress.ts';
import { cacheOptions } from './cache-options.ts';
import { type CacheTarget, clientTarget, registryTarget } from './cache-target.ts';
import { exportCache } from './export-cache.ts';

/** Returns what clients are told of it. Throws what a target refuses, unless that was to be ignored. */
export async function writeCaches(
  references: readonly CacheReference[],
  solved: readonly SolvedPlatform[],
  o: ExportContext & Pick<BuildRequest, 'credentials'> & { solver: Solver; step: ExportStep },
): Promise<Record<string, string>> {
  const response: Record<string, string> = {};
  for (const reference of references) {
    if (reference.type === 'inline') continue;
    const options = cacheOptions(reference);
    const place = reference.type === 'registry' ? 'registry' : 'client directory';
    const written = o.step(`exporting cache to ${place}`, async report =>
      exportCache(await targetOf(reference, o), solved, options, { ...o, report }),
    );
    const manifest = await written.catch((error: unknown) => {
      o.signal.throwIfAborted();
      if (!options.ignoreError) throw error;
    });
    if (manifest && reference.type === 'local') response['cache.manifest'] = JSON.stringify(manifest);
  }
  return response;
}

async function targetOf(
  { attributes, blobs }: CacheReference,
  { images, credentials, signal }: ExportContext & Pick<BuildRequest, 'credentials'>,
): Promise<CacheTarget> {
  if (blobs) return clientTarget(blobs);
  const text = attributes.ref ?? '';
  const reference = withDefaultTag(parseReference(text));
  const known = await credentials?.(reference.domain, signal);
  const repository = images.transfers.repository(reference, { credentials: known, actions: ['pull', 'push'] });
  return registryTarget(repository, text);
}
