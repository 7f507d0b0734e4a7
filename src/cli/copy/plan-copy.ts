// What a copy means: where an archive is to be extracted, and what its entries are to be called there.

import { assertsDirectory, splitEntry } from './go-path.ts';

/** One end of a copy. */
export interface CopyEnd {
  path: string;
  exists: boolean;
  isDirectory: boolean;
  /** The name that was asked for where following a link has led to another. */
  rebase?: string | undefined;
}

/** `directory` takes the archive; the beginning `from` of its entries' names becomes `to`. */
export interface CopyPlan {
  directory: string;
  rename: { from: string; to: string } | undefined;
}

/**
 * Docker's rules: into a directory that exists; over a file that exists, or under a new name, in its directory. Throws a
 * plain Error for a directory onto a file, and a file where a directory was asserted.
 */
export function planCopy(source: CopyEnd, destination: CopyEnd): CopyPlan {
  if (destination.exists && destination.isDirectory) return { directory: destination.path, rename: undefined };
  if (destination.exists && source.isDirectory) throw new Error('cannot copy directory');
  if (!destination.exists && !source.isDirectory && assertsDirectory(destination.path)) {
    throw new Error('no such directory');
  }
  const { directory, entry } = splitEntry(destination.path);
  return {
    directory: directory.replace(/(?<=.)\/$/, ''),
    rename: { from: source.rebase ?? splitEntry(source.path).entry, to: entry },
  };
}

/** `name` with the first `from` in it replaced; the root stands for nothing. */
export function renameEntry(name: string, rename: CopyPlan['rename']): string {
  if (!rename) return name;
  const from = rename.from === '/' ? '' : rename.from;
  // A function, since `$` means something in a replacement.
  return name.replace(from, () => rename.to);
}
