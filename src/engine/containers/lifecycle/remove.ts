// `docker rm` and `container prune`.

import type { ContainerPruneResponse } from '../../../api/types/containers.ts';
import { conflict, errorMessage } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import type { Container } from '../state/container.ts';
import { containerSizes } from '../views/inspect.ts';
import { destroy } from './destroy.ts';
import { cancelRestart, terminate } from './terminate.ts';

const SIGKILL = 9;
/** Seconds for the first SIGKILL, before it is tried once more and then given up. */
const killPatience = 10;

/** `volumes`: anonymous volumes too. `force`: kill it first. */
interface RemoveOptions {
  force: boolean;
  volumes: boolean;
}

/** Throws `conflict`, in Docker's words, for a container that runs, is paused, or is being removed already. */
export async function removeContainer(engine: Engine, reference: string, options: RemoveOptions): Promise<void> {
  const container = engine.containers.get(reference);
  if (container.removing) throw conflict(`removal of container ${reference} is already in progress`);
  if (!options.force) requireStopped(container, reference);
  container.removing = true;
  try {
    while (!(await tryRemove(engine, container, reference, options)));
  } catch (error) {
    container.removing = false;
    throw error;
  }
}

/** False when a start that was under way came first: the container runs now. */
async function tryRemove(
  engine: Engine,
  container: Container,
  reference: string,
  options: RemoveOptions,
): Promise<boolean> {
  if (container.state.Restarting) await cancelRestart(engine, container);
  if (container.running) await terminate(engine, container, { signal: SIGKILL, timeout: killPatience });
  using _lock = await engine.locks.acquire(container.id);
  if (!options.force) requireStopped(container, reference);
  if (container.state.Running) return false;
  await destroy(engine, container, options);
  return true;
}

function requireStopped({ state }: Container, reference: string): void {
  const refuse = (why: string) => conflict(`cannot remove container "${reference}": container is ${why}`);
  if (state.Paused) throw refuse('paused and must be unpaused first');
  if (state.Restarting) throw refuse('restarting: stop the container before removing or force remove');
  if (state.Running) throw refuse('running: stop the container before removing or force remove');
}

/** Removes every container that `chosen` accepts and that does not run. */
export async function pruneContainers(
  engine: Engine,
  chosen: (container: Container) => boolean,
): Promise<ContainerPruneResponse> {
  const removed: string[] = [];
  let reclaimed = 0;
  for (const container of [...engine.containers.all()]) {
    if (container.state.Running || container.removing || !chosen(container)) continue;
    try {
      const { SizeRw: size } = await containerSizes(engine, container);
      await removeContainer(engine, container.id, { force: false, volumes: false });
      removed.push(container.id);
      reclaimed += size;
    } catch (error) {
      // Started or removed by somebody else meanwhile.
      engine.logger.warn('container not pruned', { container: container.id, error: errorMessage(error) });
    }
  }
  engine.events.publish({ Type: 'container', Action: 'prune', id: '', attributes: { reclaimed: String(reclaimed) } });
  return { ContainersDeleted: removed.length > 0 ? removed : null, SpaceReclaimed: reclaimed };
}
