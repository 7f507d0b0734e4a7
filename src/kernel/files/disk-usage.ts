// The size of a tree.
import type { Dirent } from 'node:fs';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { errorCode } from '../../lib/errors.ts';
import { fromNodeError } from '../libc/system-call-error.ts';

/** Files looked at before others get their turn. */
const slice = 500;

/**
 * Bytes of all files below `path`, folders themselves not counted, each hard-linked file once. Sparse files count
 * whole, as in Docker. What vanishes meanwhile does not count; `path` itself missing is SystemCallError ENOENT.
 */
export async function diskUsage(path: string): Promise<number> {
  const linked = new Set<string>();
  const folders: string[] = [];
  let total = 0;
  let seen = 0;
  const count = (file: string) => {
    const stat = lstatSync(file);
    if (stat.isDirectory()) folders.push(file);
    else if (stat.nlink === 1 || !linked.has(`${stat.dev}:${stat.ino}`)) {
      if (stat.nlink > 1) linked.add(`${stat.dev}:${stat.ino}`);
      total += stat.size;
    }
  };
  try {
    count(path);
  } catch (error) {
    throw fromNodeError(error);
  }
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of entriesIfThere(folder)) {
      const file = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(file);
      else ifThere(() => count(file));
      if (++seen % slice === 0) await setImmediate();
    }
  }
  return total;
}

function entriesIfThere(folder: string): Dirent[] {
  let entries: Dirent[] = [];
  ifThere(() => {
    entries = readdirSync(folder, { withFileTypes: true });
  });
  return entries;
}

function ifThere(fn: () => void): void {
  try {
    fn();
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw fromNodeError(error);
  }
}
