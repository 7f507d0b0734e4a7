// What a container names has to be there, or to be possible, when it is created: files of the host and of the image.

import { statSync } from 'node:fs';
import { errorCode, invalid } from '../../../../lib/errors.ts';
import type { Engine } from '../../../engine.ts';
import { makeDirectory } from '../../make-directory.ts';
import type { ContainerMount } from '../../state/container-mount.ts';

/** Throws `invalid` for a source of `--mount type=bind` that is not there; that of `-v` is made at the start. */
export function requireBindSources(mounts: readonly ContainerMount[]): void {
  for (const { type, source, createSource } of mounts) {
    if (type === 'bind' && !createSource) requireBindSource(source);
  }
}

/** Throws `invalid` in Docker's words. */
export function requireBindSource(source: string): void {
  if (statSync(source, { throwIfNoEntry: false })) return;
  throw invalid(`invalid mount config for type "bind": bind source path does not exist: ${source}`);
}

/** Makes a missing working directory in the container's files. Throws `invalid` where something else is in its place. */
export function makeWorkingDirectory(
  engine: Pick<Engine, 'images' | 'host'>,
  containerId: string,
  { path, owner }: { path: string; owner: { uid: number; gid: number } | undefined },
): void {
  using view = engine.images.openRootfs(containerId);
  const inside = engine.host.resolveInRoot(view.rootfs, path);
  try {
    const there = statSync(inside, { throwIfNoEntry: false });
    if (there?.isDirectory()) return;
    if (!there) {
      makeDirectory(inside, owner);
      return;
    }
  } catch (error) {
    // Something above it is a file.
    if (errorCode(error) !== 'ENOTDIR') throw error;
  }
  throw invalid(`Cannot mkdir: ${path} is not a directory`);
}
