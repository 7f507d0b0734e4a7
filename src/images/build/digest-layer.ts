// What a layer's archive would be, without writing it anywhere: its digest and sizes.
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { Kernel } from '../../kernel/index.ts';
import { type DiffSource, packDiff } from '../layers/diff/pack-diff.ts';
import type { DigestOutcome } from '../workers/layer-jobs.ts';

/** A worker's, whom nobody waits for but those who gave it jobs; milliseconds. */
const slice = 10;

/** Packs the difference and throws the archive away: whoever wants it packs it again, to the same bytes. */
export async function digestLayer(
  source: DiffSource,
  files: Kernel['files'],
  signal?: AbortSignal,
): Promise<DigestOutcome> {
  const hash = createHash('sha256');
  const content = new ContentSize();
  let members = 0;
  let archiveSize = 0;
  const onMember = (packed: BigIntStats | undefined) => {
    members++;
    if (packed) content.add(packed);
  };
  for await (const piece of packDiff(source, files, { onMember, slice, signal, areBrief: true })) {
    hash.update(piece);
    archiveSize += piece.length;
  }
  return { diffId: `sha256:${hash.digest('hex')}`, archiveSize, size: content.bytes, members };
}

/** Bytes of files and link targets, a hard-linked file once: what an extraction of the archive would count. */
class ContentSize {
  bytes = 0;
  readonly #counted = new Set<string>();

  add(stats: BigIntStats): void {
    if (!stats.isFile() && !stats.isSymbolicLink()) return;
    if (stats.nlink > 1n) {
      const key = `${stats.dev}:${stats.ino}`;
      if (this.#counted.has(key)) return;
      this.#counted.add(key);
    }
    this.bytes += Number(stats.size);
  }
}
