// A container's own layer as a layer archive (OCI): additions and changes as they are, removals as `.wh.` names.
import type { Kernel } from '../../../kernel/index.ts';
import type { TarEntry } from '../../../lib/tar/entry.ts';
import { type PackItem, packTree } from '../../../lib/tar/tree/pack-tree.ts';
import { opaqueWhiteout, whiteoutName } from '../whiteout.ts';
import { walkUpper } from './walk-upper.ts';

export interface DiffSource {
  upper: string;
  /** Topmost first. */
  lower: readonly string[];
}

/** The archive, whatever the container writes meanwhile. `onMember` hears of each: none means an empty layer. */
export function packDiff(
  source: DiffSource,
  files: Kernel['files'],
  o: { onMember: () => void; latest?: number | undefined; signal?: AbortSignal | undefined },
): AsyncGenerator<Buffer, void> {
  return packTree(diffItems(source, files, o.onMember), {
    attributes: files,
    segments: descriptor => files.dataSegments(descriptor),
    latest: o.latest,
    signal: o.signal,
  });
}

/**
 * Directories are there even if only something in them changed: whoever unpacks the layer alone has their owners and
 * modes. A whiteout comes where there is something to hide, an opaque mark first in its directory.
 */
function* diffItems(
  { upper, lower }: DiffSource,
  files: Kernel['files'],
  onMember: () => void,
): Generator<PackItem, void> {
  for (const { node, below, whiteout, opaque } of walkUpper(upper, lower, files)) {
    if (whiteout && !below) continue;
    onMember();
    if (whiteout) yield { entry: whiteoutEntry(whiteoutName(node.name)) };
    else yield node;
    if (opaque && below) yield { entry: whiteoutEntry(opaqueWhiteout(node.name)) };
  }
}

function whiteoutEntry(name: string): Partial<TarEntry> & Pick<TarEntry, 'type' | 'name'> {
  return { type: 'file', name, mode: 0 };
}
