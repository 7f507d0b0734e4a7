// `docker cp` into a container: an archive extracted into a directory that is there.

import { invalid } from '../../../lib/errors.ts';
import { isInside } from '../../../lib/files/is-inside.ts';
import { publishContainerEvent } from '../container-events.ts';
import type { Container } from '../state/container.ts';
import { cleanArchivePath, explainPath } from './archive-path.ts';
import { type FileRooms, openContainerFiles } from './open-files.ts';

interface ExtractRequest {
  path: string | undefined;
  /** A directory must not take the place of something else, nor the other way round. */
  noOverwriteDirNonDir: boolean;
  /** Everything belongs to the container's user. */
  copyUidGid: boolean;
  archive: AsyncIterable<Uint8Array>;
  signal: AbortSignal;
}

/**
 * Extracts a tar (plain or compressed). Throws not-found, `invalid` (no directory, a read-only place), `system` in
 * Docker's words for what cannot be written; files before the one that failed stay.
 */
export async function extractIntoContainer(engine: FileRooms, reference: string, o: ExtractRequest): Promise<void> {
  const clean = cleanArchivePath(o.path);
  const container = engine.containers.get(reference);
  using view = await openContainerFiles(engine, container);
  try {
    const directory = view.directory(clean);
    requireWritable(container, directory);
    const { User } = container.record.config;
    const owner = o.copyUidGid && User ? engine.host.resolveUser(view.rootfs, User, []) : undefined;
    await view.extract(directory, o.archive, { keepKinds: o.noOverwriteDirNonDir, owner, signal: o.signal });
  } catch (error) {
    throw explainPath(error, { path: o.path as string, clean, container: reference });
  }
  publishContainerEvent(engine, container, 'extract-to-dir');
}

/** The innermost mount decides; outside of all, the root file system. */
function requireWritable(container: Container, directory: string): void {
  const { mounts, hostConfig } = container.record;
  const holder = mounts
    .filter(mount => mount.type !== 'tmpfs' && isInside(directory, mount.destination))
    .sort((a, b) => b.destination.length - a.destination.length)[0];
  if (holder && !holder.readWrite) throw invalid('mounted volume is marked read-only');
  if (!holder && hostConfig.ReadonlyRootfs) throw invalid('container rootfs is marked read-only');
}
