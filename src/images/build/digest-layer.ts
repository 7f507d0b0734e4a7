// What a layer's archive would be, without writing it anywhere: its digest and sizes.
import { createHash } from 'node:crypto';
import type { Kernel } from '../../kernel/index.ts';
import { type DiffSource, packDiff } from '../layers/diff/pack-diff.ts';
import { walkUpper } from '../layers/diff/walk-upper.ts';
import type { DigestOutcome } from './layer-jobs.ts';

/** Packs the difference and throws the archive away: whoever wants it packs it again, to the same bytes. */
export async function digestLayer(
  source: DiffSource,
  files: Kernel['files'],
  signal?: AbortSignal,
): Promise<DigestOutcome> {
  const hash = createHash('sha256');
  let members = 0;
  let archiveSize = 0;
  for await (const piece of packDiff(source, files, { onMember: () => members++, signal })) {
    hash.update(piece);
    archiveSize += piece.length;
  }
  return { diffId: `sha256:${hash.digest('hex')}`, archiveSize, size: contentSize(source, files), members };
}

/** Bytes of files and link targets, a hard-linked file once: what an extraction of the archive would count. */
function contentSize({ upper, lower }: DiffSource, files: Kernel['files']): number {
  const counted = new Set<string>();
  let size = 0;
  for (const { node, whiteout } of walkUpper(upper, lower, files)) {
    const { stats } = node;
    if (whiteout || stats.isDirectory()) continue;
    const key = `${stats.dev}:${stats.ino}`;
    if (stats.nlink > 1n && counted.has(key)) continue;
    counted.add(key);
    if (stats.isFile() || stats.isSymbolicLink()) size += Number(stats.size);
  }
  return size;
}
