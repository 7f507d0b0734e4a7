// `docker rm` and `container prune`: the record goes first, so that a crash leaves nothing that looks usable.

import { rm } from 'node:fs/promises';
import type { ContainerPruneResponse } from '../../../api/types/containers.ts';
import { conflict, errorMessage } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import { publishVolumeEvent } from '../../volumes/volume-events.ts';
import { publishContainerEvent } from '../container-events.ts';
import type { Container } from '../state/container.ts';
import { cancelRestart, terminate } from './stop.ts';

/** `volumes`: anonymous volumes too. `force`: kill it first. */
export interface RemoveOptions {
  force: boolean;
  volumes: boolean;
}

/** Throws `conflict`, in Docker's words, for a container that runs, is paused, or is being removed already. */
export async function removeContainer(engine: Engine, reference: string, options: RemoveOptions): Promise<void> {
  const container = engine.containers.get(reference);
  if (container.removing) throw conflict(`removal of container ${reference} is already in progress`);
  const { state } = container;
  if (!options.force) {
    const refuse = (why: string) => conflict(`cannot remove container "${reference}": container is ${why}`);
    if (state.Paused) throw refuse('paused and must be unpaused first');
    if (state.Restarting) throw refuse('restarting: stop the container before removing or force remove');
    if (state.Running) throw refuse('running: stop the container before removing or force remove');
  }
  container.removing = true;
  try {
    if (state.Restarting) cancelRestart(engine, container);
    if (container.running) await terminate(engine, container, { signal: 9, timeout: -1 });
    using _lock = await engine.locks.acquire(container.id);
    await destroy(engine, container, options);
  } catch (error) {
    container.removing = false;
    throw error;
  }
}

/** Takes a container that does not run out of the world. The caller holds its lock. Twice is fine. */
export async function destroy(engine: Engine, container: Container, options: { volumes: boolean }): Promise<void> {
  if (container.removed) return;
  container.removing = true;
  engine.containers.delete(container);
  await engine.images.removeContainerLayer(container.id);
  if (options.volumes) await removeAnonymousVolumes(engine, container);
  await rm(container.directory, { recursive: true, force: true });
  publishContainerEvent(engine, container, 'destroy');
  container.announceRemoval();
}

/** A volume another container uses as well stays. */
async function removeAnonymousVolumes(engine: Engine, container: Container): Promise<void> {
  for (const { type, name, anonymous, driver = 'local' } of container.record.mounts) {
    if (type !== 'volume' || !anonymous || !name || volumeUsers(engine, name).length > 0) continue;
    try {
      await engine.volumes.remove(name, { force: true });
      publishVolumeEvent(engine, 'destroy', { name, driver });
    } catch (error) {
      engine.logger.warn('could not remove an anonymous volume', { volume: name, error: errorMessage(error) });
    }
  }
}

/** Containers that mount a volume, running or not. */
export function volumeUsers(engine: Pick<Engine, 'containers'>, name: string): Container[] {
  return [...engine.containers.all()].filter(container =>
    container.record.mounts.some(mount => mount.type === 'volume' && mount.name === name),
  );
}

/** Removes every container that `chosen` accepts and that does not run. */
export async function pruneContainers(
  engine: Engine,
  chosen: (container: Container) => boolean,
): Promise<ContainerPruneResponse> {
  const removed: string[] = [];
  for (const container of [...engine.containers.all()]) {
    if (container.state.Running || container.removing || !chosen(container)) continue;
    await removeContainer(engine, container.id, { force: false, volumes: false });
    removed.push(container.id);
  }
  engine.events.publish({ Type: 'container', Action: 'prune', id: '', attributes: { reclaimed: '0' } });
  return { ContainersDeleted: removed.length > 0 ? removed : null, SpaceReclaimed: 0 };
}
