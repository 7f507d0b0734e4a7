// The host's files of a copy: a path as an archive, an archive below a directory.

import type { TarEntry } from '../../lib/tar/entry.ts';
import { asBuffer } from '../../lib/tar/read-tar.ts';
import { TarReader } from '../../lib/tar/reader.ts';
import { type PackItem, packTree } from '../../lib/tar/tree/pack-tree.ts';
import { PlacesInside } from '../../lib/tar/tree/places-inside.ts';
import { TreeWriter } from '../../lib/tar/tree/tree-writer.ts';
import { nodeAt, walkTree } from '../../lib/tar/tree/walk-tree.ts';
import { splitEntry } from './go-path.ts';
import { type CopyPlan, renameEntry } from './plan-copy.ts';

/** The archive of a path whose entries begin with `name`. */
export function packHostPath(path: string, name: string): AsyncGenerator<Buffer, void> {
  return packTree(hostItems(path, name));
}

function* hostItems(path: string, name: string): Generator<PackItem, void> {
  const { directory, entry } = splitEntry(path);
  const node = nodeAt(`${directory}${entry}`, name);
  if (!node) return;
  yield node;
  if (node.stats.isDirectory()) yield* walkTree(node.path, name);
}

/**
 * Writes an archive of a container, which nobody trusts, below the plan's directory: no name and no link in it leads
 * outside. Files belong to whoever copies, as with docker.
 */
export async function unpackToHost(archive: AsyncIterable<Uint8Array>, plan: CopyPlan): Promise<void> {
  const writer = await hostTreeWriter(plan.directory, { keepKinds: true });
  const reader = new TarReader();
  try {
    for await (const chunk of archive) {
      reader.feed(asBuffer(chunk));
      for (let event = reader.next(); event; event = reader.next()) {
        if (event.kind === 'entry') renameMember(event.entry, plan);
        await writer.handle(event);
      }
    }
    reader.finish();
    writer.finish();
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

/**
 * Writes members below a directory that is there; no name and no link in it leads outside. Files belong to whoever writes;
 * times are exact, and attributes kept as far as whoever writes may set them.
 */
export async function hostTreeWriter(directory: string, { keepKinds }: { keepKinds: boolean }): Promise<TreeWriter> {
  // No other command pays for it.
  const { hostSpecialFiles } = await import('../../kernel/index.ts');
  const places = new PlacesInside(directory);
  return new TreeWriter({ places, special: hostSpecialFiles(), keepKinds, setOwners: false, target: directory });
}

function renameMember(entry: TarEntry, { rename }: CopyPlan): void {
  entry.name = renameEntry(entry.name, rename);
  if (entry.type === 'link') entry.linkName = renameEntry(entry.linkName, rename);
}
