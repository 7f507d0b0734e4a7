// `--cache-to type=local`: the target as an image that carries its cache, in a directory of whoever wants the build.
import { readTar } from '../../lib/tar/read-tar.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { describeInline, inlineCacheKey } from '../cache/inline-cache.ts';
import type { BlobStore } from '../request.ts';
import type { Solver } from '../solve/solver.ts';
import type { ExportContext, SolvedPlatform } from './export-context.ts';
import { composeManifests, recordImages } from './export-image.ts';

const blobName = /^blobs\/(\w+)\/([0-9a-f]+)$/;

/** Writes the blobs; returns what an index shall name. */
export async function exportLocalCache(
  blobs: BlobStore,
  solved: readonly SolvedPlatform[],
  solver: Solver,
  o: ExportContext,
): Promise<Descriptor> {
  const carrying = await Promise.all(
    solved.map(async one => ({ ...one, more: { [inlineCacheKey]: await describeInline(solver, one.state.node) } })),
  );
  const known = new Set(o.images.list().map(({ id }) => id));
  const images = await recordImages(carrying, o);
  try {
    const target = { kind: 'directory', path: '' } as const;
    const wish = { type: 'oci', names: [], tar: true, target } as const;
    const composed = await composeManifests(images, wish, { ...o, beside: undefined });
    for await (const { entry, body } of readTar(o.images.built.archive(images, []))) {
      const [, algorithm, hex] = blobName.exec(entry.name) ?? [];
      if (hex !== undefined) await blobs.write({ digest: `${algorithm}:${hex}`, size: entry.size }, body, o.signal);
    }
    return (composed?.index ?? composed?.manifests[0]) as Descriptor;
  } finally {
    for (const image of images) if (!known.has(image.id) && o.images.find(image.id)) o.images.built.discard(image);
  }
}
