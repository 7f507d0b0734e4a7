// `--cache-to type=registry`: the target as an image that carries its cache, under a name of its own.
import { describeInline, inlineCacheKey } from '../cache/inline-cache.ts';
import type { Solver } from '../solve/solver.ts';
import type { ExportContext, SolvedPlatform } from './export-context.ts';
import { composeManifests, nameImages, pushNames, recordImages } from './export-image.ts';

/**
 * Pushes the result with what is known of its steps; who imports it need not run them. The name is only borrowed: what
 * it stands for here stays. Throws what the registry refuses.
 */
export async function exportCache(
  reference: string,
  solved: readonly SolvedPlatform[],
  solver: Solver,
  o: ExportContext & Pick<Parameters<typeof pushNames>[1], 'credentials' | 'report'>,
): Promise<void> {
  const carrying = await Promise.all(
    solved.map(async one => ({ ...one, more: { [inlineCacheKey]: await describeInline(solver, one.state.node) } })),
  );
  const known = new Set(o.images.list().map(({ id }) => id));
  const before = o.images.findId(reference);
  const images = await recordImages(carrying, o);
  await composeManifests(images, { type: 'image', names: [reference], push: true }, { ...o, beside: undefined });
  nameImages(images, [reference], o);
  try {
    await pushNames([reference], o);
  } finally {
    if (before === undefined) await o.images.remove(reference, { force: true, prune: false, inUse: () => [] });
    else o.images.tag(before, reference);
    for (const image of images) if (!known.has(image.id) && o.images.find(image.id)) o.images.built.discard(image);
  }
}
