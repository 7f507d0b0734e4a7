// The names of what was rotated away from a log: `<path>.1`, the youngest, `<path>.2` and so on, with `.gz` when
// compressed.

import { renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { namesIfThere } from '../../lib/files/if-there.ts';

interface RotatedFile {
  path: string;
  number: number;
  compressed: boolean;
}

/** Youngest first. A number is there at most twice: plain, and compressed by a daemon that was killed just then. */
export function listRotated(path: string): RotatedFile[] {
  const prefix = `${basename(path)}.`;
  return namesIfThere(dirname(path))
    .filter(name => name.startsWith(prefix))
    .flatMap(name => {
      const match = /^(\d+)(\.gz)?$/.exec(name.slice(prefix.length));
      if (!match) return [];
      return [{ path: join(dirname(path), name), number: Number(match[1]), compressed: match[2] !== undefined }];
    })
    .sort((a, b) => a.number - b.number || Number(a.compressed) - Number(b.compressed));
}

/**
 * Makes `<path>` `<path>.1`, `.1` `.2`, and drops what is then beyond `keep` rotated files. `keep` is at least 1. At
 * whichever step it is interrupted, the order of the files stays right and none is written over.
 */
export function shiftRotated(path: string, keep: number): void {
  const files = listRotated(path);
  for (const [index, file] of [...files.entries()].reverse()) {
    const doubled = file.compressed && files[index - 1]?.number === file.number;
    if (doubled || file.number >= keep) rmSync(file.path, { force: true });
    else renameSync(file.path, `${path}.${file.number + 1}${file.compressed ? '.gz' : ''}`);
  }
  renameSync(path, `${path}.1`);
}

/** Deletes every file of the log, half-made ones too. */
export function removeLogFiles(path: string): void {
  for (const name of namesIfThere(dirname(path))) {
    if (name === basename(path) || name.startsWith(`${basename(path)}.`)) {
      rmSync(join(dirname(path), name), { force: true });
    }
  }
}
