// `docker rm` and `container prune`.

import type { ContainerPruneResponse } from '../../../api/types/containers.ts';
import { conflict } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import type { Container } from '../state/container.ts';
import { destroy } from './destroy.ts';
import { cancelRestart, terminate } from './terminate.ts';

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
