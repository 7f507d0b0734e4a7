// What a layer's archive would be, without writing it anywhere: its digest and sizes.
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { Kernel } from '../../kernel/index.ts';
import { ContentSize } from '../layers/diff/content-size.ts';
import { type DiffSource, packDiff } from '../layers/diff/pack-diff.ts';
import type { DigestJob, DigestOutcome } from '../workers/layer-jobs.ts';

/** A worker's, whom nobody waits for but those who gave it jobs; milliseconds. */
const slice = 10;

/** Packs the difference and throws the archive away: whoever wants it packs it again, to the same bytes. */
export async function digestLayer(
  { upper, lower, packed }: Omit<DigestJob, 'kind'>,
  files: Kernel['files'],
  signal?: AbortSignal,
): Promise<DigestOutcome> {
  const hash = createHash('sha256');
  const content = new ContentSize();
  let members = packed?.members ?? 0;
  let archiveSize = 0;
  const onMember = (stats: BigIntStats | undefined) => {
    members++;
    content.add(stats);
  };
  const source: DiffSource = { upper, lower, packed };
  for await (const piece of packDiff(source, files, { onMember, slice, signal, areBrief: true })) {
    hash.update(piece);
    archiveSize += piece.length;
  }
  return { diffId: `sha256:${hash.digest('hex')}`, archiveSize, size: content.bytes + (packed?.content ?? 0), members };
}
