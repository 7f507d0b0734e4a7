// What a mount with a subpath shows of its volume or image.

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, invalid } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';

/** The host path of `subpath` below `root`. Throws `invalid`, in Docker's words, for one that is missing or leads out. */
export function resolveSubpath(engine: Pick<Engine, 'host'>, root: string, subpath: string): string {
  const path = join(root, subpath);
  try {
    const real = realpathSync(path);
    const base = realpathSync(root);
    if (real !== base && !real.startsWith(`${base}/`)) {
      throw invalid(`path concatenation escapes the base directory, base: ${root}, subpath: ${subpath}`);
    }
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw error;
    throw invalid(`cannot access path ${path}: lstat ${path}: no such file or directory`, error);
  }
  // Whoever changes a link meanwhile cannot lead it out either.
  return engine.host.resolveInRoot(root, subpath);
}
