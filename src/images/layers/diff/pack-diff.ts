// A container's own layer as a layer archive (OCI): additions and changes as they are, removals as `.wh.` names.
import type { BigIntStats } from 'node:fs';
import type { Kernel } from '../../../kernel/index.ts';
import type { TarEntry } from '../../../lib/tar/entry.ts';
import { type PackItem, type PackOptions, packTree } from '../../../lib/tar/tree/pack-tree.ts';
import { opaqueWhiteout, whiteoutName } from '../whiteout.ts';
import { walkUpper } from './walk-upper.ts';

export interface DiffSource {
  upper: string;
  /** Topmost first. */
  lower: readonly string[];
  /** Stands before all names: `upper` is what the container sees there. */
  name?: string | undefined;
  /** What is in a directory of it, packed already; the file stays the caller's. */
  packed?: { name: string; descriptor: number; size: number } | undefined;
}

interface PackDiffOptions extends Pick<PackOptions, 'areBrief' | 'latest' | 'signal' | 'slice'> {
  /** Hears of each member, none of which means an empty layer; of a whiteout without what is packed. */
  readonly onMember: (packed: BigIntStats | undefined) => void;
}

/** The archive, whatever the container writes meanwhile. */
export function packDiff(
  source: DiffSource,
  files: Kernel['files'],
  { onMember, ...o }: PackDiffOptions,
): AsyncGenerator<Buffer, void> {
  const segments = (descriptor: number) => files.dataSegments(descriptor);
  return packTree(diffItems(source, files, onMember), { ...o, attributes: files, segments });
}

/**
 * Directories are there even if only something in them changed: whoever unpacks the layer alone has their owners and
 * modes. A whiteout comes where there is something to hide, an opaque mark first in its directory.
 */
function* diffItems(
  { upper, lower, name, packed }: DiffSource,
  files: Kernel['files'],
  onMember: PackDiffOptions['onMember'],
): Generator<PackItem, void> {
  for (const { node, below, whiteout, opaque } of walkUpper(upper, lower, files, {
    name,
    closed: packed?.name,
  })) {
    if (whiteout && !below) continue;
    onMember(whiteout ? undefined : node.stats);
    if (whiteout) yield { entry: whiteoutEntry(whiteoutName(node.name)) };
    else yield node;
    if (opaque && below) yield { entry: whiteoutEntry(opaqueWhiteout(node.name)) };
    if (packed && node.name === packed.name) yield { members: packed };
  }
}

function whiteoutEntry(name: string): Partial<TarEntry> & Pick<TarEntry, 'type' | 'name'> {
  return { type: 'file', name, mode: 0 };
}
