// A container's file system as `docker cp` sees it: the root with its volumes and binds, whether it runs or not.

import { statSync } from 'node:fs';
import type { RootfsView } from '../../../images/index.ts';
import { CleanupStack } from '../../../lib/cleanup-stack.ts';
import { conflict, errorMessage } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import { prepareMounts } from '../launch/prepare-mounts.ts';
import type { Container } from '../state/container.ts';

export type FileRooms = Pick<
  Engine,
  'images' | 'volumes' | 'host' | 'events' | 'containers' | 'config' | 'locks' | 'logger'
>;

/**
 * Opens a view with everything the container mounts but its tmpfs, as Docker does; the caller closes it. Nothing else
 * stays mounted for it: the view itself holds what it shows, so the container may start and end meanwhile.
 */
export async function openContainerFiles(engine: FileRooms, container: Container): Promise<RootfsView> {
  using _lock = await engine.locks.acquire(container.id);
  const onError = (step: string, error: unknown) =>
    engine.logger.error(`undo failed: ${step}`, { error: errorMessage(error), container: container.id });
  await using volumes = new CleanupStack(onError);
  await using places = new CleanupStack(onError);
  const view = openRootfs(engine, container);
  try {
    const mounts = await prepareMounts(engine, container, view.rootfs, { undo: volumes, places });
    for (const mount of mounts) {
      const { kind, source, destination, readonly = false } = mount;
      // A container that never ran has no resolv.conf and the like yet.
      if (kind !== 'bind' || source === undefined || !statSync(source, { throwIfNoEntry: false })) continue;
      view.mount({ source, destination, readonly, recursive: !mount.nonRecursive }, !container.running);
    }
    // A running container has its volumes mounted already, and keeps them.
    if (container.running) volumes.move();
    return view;
  } catch (error) {
    if (container.running) volumes.move();
    view.close();
    throw error;
  }
}

/** A view of the root alone: what `docker export` takes. Throws `conflict` for a container on its way out. */
function openRootfs(engine: Pick<Engine, 'images'>, container: Container): RootfsView {
  if (container.state.Dead) throw conflict(`container ${container.id} is dead`);
  if (container.removing || container.removed) throw conflict(`container ${container.id} is being removed`);
  return engine.images.openRootfs(container.id);
}
