// `--output type=local|tar`: the files of the target as they are, for each platform.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { packTree } from '../../lib/tar/tree/pack-tree.ts';
import type { TreeNode } from '../../lib/tar/tree/walk-tree.ts';
import { walkTree } from '../../lib/tar/tree/walk-tree.ts';
import { formatPlatform } from '../../oci/platform.ts';
import type { ExportTarget, TreeTarget } from '../request.ts';
import type { LayersSnapshot } from '../solve/snapshot.ts';
import type { ExportContext, SolvedPlatform } from './export-context.ts';

/** Throws what writing the target throws, `cancelled`. */
export async function exportFiles(
  solved: readonly SolvedPlatform[],
  target: TreeTarget,
  split: boolean,
  o: ExportContext,
): Promise<void> {
  const folders = solved.map(({ state }) => (split ? formatPlatform(state.platform).replaceAll('/', '_') : ''));
  switch (target.kind) {
    case 'tar':
      return await writeStream(Readable.from(archiveOf(solved, folders, o)), target.open, o.signal);
    case 'directory':
      for (const [index, { snapshot }] of solved.entries()) {
        const place = join(target.path, folders[index] as string);
        mkdirSync(place, { recursive: true, mode: 0o755 });
        await copyTo(place, snapshot, o);
      }
      return;
    case 'visit':
      for (const [index, { snapshot }] of solved.entries()) {
        using view = o.images.builds.view(snapshot.layers.map(({ layer }) => layer));
        const { attributes } = o.images.builds;
        const { signal, sourceDateEpoch: time } = o;
        await target.visit(view.root, { folder: folders[index] as string, attributes, time, signal });
      }
  }
}

/** Sends a stream to where the client wants it. */
export async function writeStream(source: Readable, open: ExportTarget, signal: AbortSignal): Promise<void> {
  await pipeline(source, await open(signal), { signal });
}

async function copyTo(directory: string, { layers }: LayersSnapshot, o: ExportContext): Promise<void> {
  using view = o.images.builds.view(layers.map(({ layer }) => layer));
  const job = {
    sourceRoot: view.root,
    shareable: false,
    sources: [{ path: '/' }],
    destination: '/',
    contentsOnly: true,
  };
  await o.images.builds.copyTo(directory, job, o.signal);
}

async function* archiveOf(
  solved: readonly SolvedPlatform[],
  folders: readonly string[],
  o: ExportContext,
): AsyncGenerator<Buffer, void> {
  const views = solved.map(({ snapshot }) => o.images.builds.view(snapshot.layers.map(({ layer }) => layer)));
  try {
    const nodes = function* (): Generator<TreeNode, void> {
      for (const [index, view] of views.entries()) yield* walkTree(view.root, folders[index] as string);
    };
    const attributes = o.images.builds.attributes;
    yield* packTree(nodes(), { attributes, everyAttribute: true, signal: o.signal, time: o.sourceDateEpoch });
  } finally {
    for (const view of views) view[Symbol.dispose]();
  }
}
