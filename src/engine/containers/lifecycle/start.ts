// `docker start`.

import { conflict, notModified } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import type { Container } from '../state/container.ts';
import { destroy } from './destroy.ts';
import { run } from './supervise.ts';

/** Starts a container by reference. Throws not-modified when it runs already. */
export async function startContainer(engine: Engine, reference: string): Promise<void> {
  const container = engine.containers.get(reference);
  using _lock = await engine.locks.acquire(container.id);
  if (container.state.Paused) throw conflict('cannot start a paused container, try unpause instead');
  if (container.running) throw notModified(`container ${container.id} is already running`);
  engine.host.anticipateStart();
  await startStopped(engine, container);
}

/**
 * Starts a container whose lock the caller holds and that does not run. Throws `conflict` for one that is being
 * removed; an auto-remove container that cannot be started goes.
 */
export async function startStopped(engine: Engine, container: Container): Promise<void> {
  if (container.removing || container.removed || container.state.Dead) {
    throw conflict('container is marked for removal and cannot be started');
  }
  // Not before the lock is held: a stop that is under way must not be taken back by a start that comes to nothing.
  container.record.manuallyStopped = false;
  container.record.restartCount = 0;
  container.restartDelay = 0;
  clearTimeout(container.restartTimer);
  try {
    await run(engine, container);
  } catch (error) {
    if (container.record.hostConfig.AutoRemove) await destroy(engine, container, { volumes: true });
    throw error;
  }
}
