// What a container names has to be there, or to be possible, when it is created: files of the host and of the image.

import { statSync } from 'node:fs';
import { errorCode, invalid } from '../../../../lib/errors.ts';
import type { Engine } from '../../../engine.ts';
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

/** Throws `invalid` for a working directory that is something else in the container's files; a missing one is fine. */
export function requireWorkingDirectory(
  engine: Pick<Engine, 'images' | 'host'>,
  containerId: string,
  path: string,
): void {
  using view = engine.images.openRootfs(containerId);
  const inside = engine.host.resolveInRoot(view.rootfs, path);
  try {
    if (statSync(inside, { throwIfNoEntry: false })?.isDirectory() !== false) return;
  } catch (error) {
    // Something above it is a file.
    if (errorCode(error) !== 'ENOTDIR') throw error;
  }
  throw invalid(`Cannot mkdir: ${path} is not a directory`);
}
