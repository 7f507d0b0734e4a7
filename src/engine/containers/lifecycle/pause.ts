// `docker pause` and `unpause`.

import { setTimeout as delay } from 'node:timers/promises';
import { conflict } from '../../../lib/errors.ts';
import type { Process } from '../../../runtime/index.ts';
import type { Engine } from '../../engine.ts';
import { publishContainerEvent } from '../container-events.ts';
import { unwatchHealth, watchHealth } from '../health/health.ts';
import type { Container } from '../state/container.ts';

/** How long after its processes have gone a container's exit is told, at most. */
const exitPatience = 1000;

/** Freezes every process of a running container; throws `conflict` for one that does not run, or no longer. */
export async function pauseContainer(engine: Engine, reference: string): Promise<void> {
  const container = engine.containers.get(reference);
  using _lock = await engine.locks.acquire(container.id);
  if (!container.process || !container.running) throw conflict(`container ${container.id} is not running`);
  if (container.state.Paused) throw conflict(`Container ${container.id} is already paused`);
  await pause(container, container.process);
  Object.assign(container.record.state, { Paused: true, Status: 'paused' });
  unwatchHealth(container);
  engine.containers.save(container);
  publishContainerEvent(engine, container, 'pause');
}

async function pause(container: Container, process: Process): Promise<void> {
  try {
    await process.pause();
  } catch (error) {
    const ended = await Promise.race([process.exited.then(() => true), delay(exitPatience, false, { ref: false })]);
    throw ended ? conflict(`container ${container.id} is not running`, error) : error;
  }
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
