// What a mount with a subpath shows of its volume or image.

import { readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, invalid } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';

/** As many as the kernel follows. */
const mostLinks = 40;

/** The host path of `subpath` below `root`. Throws `invalid`, in Docker's words, for one that is missing or leads out. */
export function resolveSubpath(engine: Pick<Engine, 'host'>, root: string, subpath: string): string {
  const path = join(root, subpath);
  try {
    const real = realpathSync(path);
    const base = realpathSync(root);
    if (real !== base && !real.startsWith(`${base}/`)) throw escapes(root, subpath);
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw error;
    if (leadsOut(root, subpath)) throw escapes(root, subpath);
    throw invalid(`cannot access path ${path}: lstat ${path}: no such file or directory`, error);
  }
  // Whoever changes a link meanwhile cannot lead it out either.
  return engine.host.resolveInRoot(root, subpath);
}

const escapes = (root: string, subpath: string) =>
  invalid(`path concatenation escapes the base directory, base: ${root}, subpath: ${subpath}`);

/** Whether a link on the way leads out, be it to where nothing is. */
function leadsOut(root: string, subpath: string): boolean {
  const ahead = subpath.split('/');
  const behind: string[] = [];
  for (let links = 0; ahead.length > 0; ) {
    const part = ahead.shift() as string;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (behind.pop() === undefined) return true;
      continue;
    }
    const target = linkTarget(join(root, ...behind, part));
    if (target === undefined) behind.push(part);
    else if (target.startsWith('/')) return true;
    // Links in a circle lead nowhere, which somebody else finds out.
    else if (++links > mostLinks) return false;
    else ahead.unshift(...target.split('/'));
  }
  return false;
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
