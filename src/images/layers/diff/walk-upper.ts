// What a container's own layer says, entry by entry, beside what the layers below have at the same place.
import { type BigIntStats, closeSync } from 'node:fs';
import type { Kernel } from '../../../kernel/index.ts';
import { descriptorPath, entryNames, nodeAt, openDirectory, type TreeNode } from '../../../lib/tar/tree/walk-tree.ts';
import { opaqueAttribute } from '../whiteout.ts';

export type UpperFiles = Pick<Kernel['files'], 'getXattr'>;

/** One entry of the upper directory, parents first. Names have no leading slash. */
interface UpperEntry {
  node: TreeNode;
  /** What the container saw there before: the topmost of the layers below; undefined where there was nothing. */
  below: BigIntStats | undefined;
  /** `node` only says that the name is gone. */
  whiteout: boolean;
  /** A directory that hides what the layers below have in it. */
  opaque: boolean;
  /** Names below that an opaque directory hides and that are not in it again. */
  hidden: string[];
}

interface WalkOptions {
  /** Stands before all names: `upper` is what the container sees there. */
  name?: string | undefined;
  /** A directory that is not looked into. */
  closed?: string | undefined;
}

/** Walks `upper` over `lower` (topmost first). The container may go on writing: what vanishes meanwhile is left out. */
export function walkUpper(
  upper: string,
  lower: readonly string[],
  files: UpperFiles,
  { name = '', closed }: WalkOptions = {},
): Generator<UpperEntry, void> {
  return walk({ upper, lower, name }, files, closed);
}

/** A directory of the container's layer and the directories below that the container saw merged with it. */
interface Place {
  upper: string;
  lower: readonly string[];
  name: string;
}

function* walk(place: Place, files: UpperFiles, closed: string | undefined): Generator<UpperEntry, void> {
  for (const child of entryNames(place.upper)) {
    const node = nodeAt(`${place.upper}/${child}`, place.name === '' ? child : `${place.name}/${child}`);
    if (!node) continue;
    const whiteout = isWhiteout(node.stats);
    const { below, directories } = lookBelow(place.lower, child, files);
    if (!node.stats.isDirectory()) {
      yield { node, below, whiteout, opaque: false, hidden: [] };
      continue;
    }
    const descriptor = openDirectory(node.path);
    if (descriptor === undefined) continue;
    try {
      const inside = descriptorPath(descriptor);
      const opaque = isOpaque(node.path, files);
      yield { node, below, whiteout, opaque, hidden: opaque ? hiddenNames(inside, directories, files) : [] };
      if (node.name !== closed)
        yield* walk({ upper: inside, lower: opaque ? [] : directories, name: node.name }, files, closed);
    } finally {
      closeSync(descriptor);
    }
  }
}

/** What a name meant in merged directories (topmost first), and the directories of that name that were merged. */
function lookBelow(
  lower: readonly string[],
  child: string,
  files: UpperFiles,
): { below: BigIntStats | undefined; directories: string[] } {
  let below: BigIntStats | undefined;
  const directories: string[] = [];
  for (const directory of lower) {
    const path = `${directory}/${child}`;
    const stats = nodeAt(path, child)?.stats;
    if (!stats) continue;
    if (isWhiteout(stats)) break;
    if (!stats.isDirectory()) {
      below ??= stats;
      break;
    }
    below ??= stats;
    directories.push(path);
    if (isOpaque(path, files)) break;
  }
  return { below, directories };
}

function hiddenNames(upper: string, lower: readonly string[], files: UpperFiles): string[] {
  const there = new Set(entryNames(upper));
  const names = new Set(lower.flatMap(directory => entryNames(directory)));
  return [...names].filter(name => !there.has(name) && lookBelow(lower, name, files).below).sort();
}

/** Overlay's mark for "nothing here". */
function isWhiteout(stats: BigIntStats): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0n;
}

function isOpaque(directory: string, files: UpperFiles): boolean {
  return files.getXattr(directory, opaqueAttribute)?.toString() === 'y';
}
