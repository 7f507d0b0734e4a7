// `docker pause` and `unpause`.

import { conflict } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import { publishContainerEvent } from '../container-events.ts';
import { unwatchHealth, watchHealth } from '../health/health.ts';
import type { Container } from '../state/container.ts';

/** Freezes every process of a running container. */
export async function pauseContainer(engine: Engine, reference: string): Promise<void> {
  const container = engine.containers.get(reference);
  using _lock = await engine.locks.acquire(container.id);
  if (!container.process || !container.running) throw conflict(`container ${container.id} is not running`);
  if (container.state.Paused) throw conflict(`Container ${container.id} is already paused`);
  await container.process.pause();
  Object.assign(container.record.state, { Paused: true, Status: 'paused' });
  unwatchHealth(container);
  engine.containers.save(container);
  publishContainerEvent(engine, container, 'pause');
}

/** Thaws them again. */
export async function unpauseContainer(engine: Engine, reference: string): Promise<void> {
  const container = engine.containers.get(reference);
  using _lock = await engine.locks.acquire(container.id);
  if (!container.process || !container.state.Paused) throw conflict(`Container ${container.id} is not paused`);
  await container.process.resume();
  markThawed(engine, container);
}

/** Records and tells that a frozen container runs on. */
export function markThawed(engine: Engine, container: Container): void {
  Object.assign(container.record.state, { Paused: false, Status: 'running' });
  watchHealth(engine, container);
  engine.containers.save(container);
  publishContainerEvent(engine, container, 'unpause');
}
