// `docker start`.

import { conflict, notModified } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import { destroy } from './destroy.ts';
import { run } from './supervise.ts';

/** Starts a container by reference. Throws not-modified when it runs already. */
export async function startContainer(engine: Engine, reference: string): Promise<void> {
  const container = engine.containers.get(reference);
  container.record.manuallyStopped = false;
  container.restartDelay = 0;
  clearTimeout(container.restartTimer);
  using _lock = await engine.locks.acquire(container.id);
  if (container.state.Paused) throw conflict('cannot start a paused container, try unpause instead');
  if (container.running) throw notModified(`container ${container.id} is already running`);
  if (container.removing || container.removed || container.state.Dead) {
    throw conflict('container is marked for removal and cannot be started');
  }
  try {
    await run(engine, container);
  } catch (error) {
    if (container.record.hostConfig.AutoRemove) await destroy(engine, container, { volumes: true });
    throw error;
  }
}
