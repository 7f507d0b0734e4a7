// What a mount with a subpath shows of its volume or image.

import { join } from 'node:path';
import { errorCode, invalid } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';

/** The host path of `subpath` below `root`. Throws `invalid`, in Docker's words, for one that is missing or leads out. */
export function resolveSubpath(engine: Pick<Engine, 'host'>, root: string, subpath: string): string {
  const path = join(root, subpath);
  try {
    return engine.host.resolveBeneath(root, subpath);
  } catch (error) {
    switch (errorCode(error)) {
      case 'EXDEV':
        throw invalid(`path concatenation escapes the base directory, base: ${root}, subpath: ${subpath}`, error);
      case 'ENOENT':
      case 'ENOTDIR':
        throw invalid(`cannot access path ${path}: lstat ${path}: no such file or directory`, error);
      default:
        throw error;
    }
  }
}
