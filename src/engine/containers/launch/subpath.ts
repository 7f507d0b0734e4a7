// What a mount with a subpath shows of its volume or image. The container may change what is there while it is looked for, so it
// is opened, and mounted at a place of ours by its descriptor; what the runtime is told is that place, which nobody exchanges.

import { readdirSync, rmdirSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { CleanupStack } from '../../../lib/cleanup-stack.ts';
import { errorCode, invalid } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';

type Needs = Pick<Engine, 'host' | 'config'>;

const folder = (engine: Pick<Engine, 'config'>) => join(engine.config.dataRoot, 'subpaths');

/**
 * Mounts `subpath` of `root` at a place called `name`, for as long as `places` lasts; returns that. Throws `invalid`, in Docker's
 * words, for one that is missing or leads out.
 */
export function mountSubpath(
  engine: Needs,
  { root, subpath, name }: { root: string; subpath: string; name: string },
  places: CleanupStack,
): string {
  const place = join(folder(engine), name);
  const path = join(root, subpath);
  try {
    engine.host.mountBeneath(root, subpath, place);
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
  places.defer(`subpath ${subpath}`, () => forget(engine, place));
  return place;
}

/** Unmounts what a daemon that was killed has left. */
export function sweepSubpaths(engine: Needs): void {
  let names: string[];
  try {
    names = readdirSync(folder(engine));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  for (const name of names) forget(engine, join(folder(engine), name));
}

/** Never what is below it: should it still be mounted somewhere, that is the user's. */
function forget({ host }: Pick<Engine, 'host'>, place: string): void {
  host.unmount(place);
  const status = statSync(place, { throwIfNoEntry: false });
  if (status) (status.isDirectory() ? rmdirSync : unlinkSync)(place);
}
