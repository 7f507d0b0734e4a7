// From a start to its exit: the process is watched, and when it has ended, what it held is given back, everybody is told,
// and the container is restarted or removed.

import { errorMessage } from '../../../lib/errors.ts';
import type { EndedProcess, ExitStatus, Process } from '../../../runtime/index.ts';
import type { Engine } from '../../engine.ts';
import { publishVolumeEvent } from '../../volumes/volume-events.ts';
import { publishContainerEvent } from '../container-events.ts';
import { unwatchHealth, watchHealth } from '../health/health.ts';
import { rotateLog } from '../rotate-log.ts';
import type { Container } from '../state/container.ts';
import { destroy } from './destroy.ts';
import { launch } from './launch.ts';
import { type Leftovers, releaseMounts, releaseNetwork, releaseProcess } from './release.ts';
import { planRestart } from './restart-policy.ts';

/** Starts the container and looks after its exit. The caller holds its lock and has checked that it may start. */
export async function run(engine: Engine, container: Container): Promise<void> {
  watchExit(engine, container, await launch(engine, container));
}

/** Looks after the health, the log and the exit of a process that runs already. */
export function watchExit(engine: Engine, container: Container, process: Process): void {
  container.process = process;
  if (!container.state.Paused) watchHealth(engine, container);
  rotateLog(engine, container, process);
  void process.exited.then(status => handleExit(engine, container, process, status));
}

/** Runs once for each start, after the process has ended. Never rejects. */
async function handleExit(engine: Engine, container: Container, process: Process, status: ExitStatus): Promise<void> {
  using _lock = await engine.locks.acquire(container.id);
  if (container.process !== process || container.removed) return;
  container.process = undefined;
  await conclude(engine, container, process, status);
}

/** The same for an end that happened while no daemon looked. Never rejects. */
export async function handleMissedExit(engine: Engine, container: Container, ended: EndedProcess): Promise<void> {
  using _lock = await engine.locks.acquire(container.id);
  await conclude(engine, container, ended, ended.exited);
}

/** The caller holds the container's lock. The exit is on record before the runtime's own trace of it goes. */
async function conclude(engine: Engine, container: Container, leftovers: Leftovers, status: ExitStatus): Promise<void> {
  try {
    // Ports and addresses first: who waits for this exit may want them again at once.
    tryReleaseNetwork(engine, container);
    const delay = planRestart(container, status);
    recordExit(engine, container, status, delay !== undefined);
    await container.logRotation?.stop();
    // The kernel takes milliseconds to end a cgroup: nobody but the lock waits for it.
    const released = releaseProcess(engine, container, leftovers);
    await releaseMounts(engine, container);
    publishUnmounts(engine, container);
    if (delay === undefined && container.record.hostConfig.AutoRemove && !container.keptAfterExit)
      await destroy(engine, container, { volumes: true });
    await released;
    if (delay !== undefined) scheduleRestart(engine, container, delay);
  } catch (error) {
    engine.logger.error('handling an exit failed', { container: container.id, error: errorMessage(error) });
  }
}

/** Nobody must miss the exit because the network would not let go. */
function tryReleaseNetwork(engine: Engine, container: Container): void {
  try {
    releaseNetwork(engine, container);
  } catch (error) {
    engine.logger.error('could not release the network', { container: container.id, error: errorMessage(error) });
  }
}

function publishUnmounts(engine: Pick<Engine, 'events'>, container: Container): void {
  for (const { type, name, driver = 'local' } of container.record.mounts) {
    if (type === 'volume' && name) publishVolumeEvent(engine, 'unmount', { name, driver }, { container: container.id });
  }
}

function recordExit(engine: Engine, container: Container, status: ExitStatus, restarting: boolean): void {
  const { state } = container.record;
  const seconds = Math.floor((status.at.getTime() - Date.parse(state.StartedAt)) / 1000);
  Object.assign(state, {
    Status: restarting ? 'restarting' : 'exited',
    Running: restarting,
    Restarting: restarting,
    Paused: false,
    OOMKilled: status.oomKilled,
    Pid: 0,
    ExitCode: status.code,
    FinishedAt: status.at.toISOString(),
  });
  unwatchHealth(container);
  if (restarting) container.record.restartCount++;
  engine.containers.save(container);
  if (status.oomKilled) publishContainerEvent(engine, container, 'oom');
  publishContainerEvent(engine, container, 'die', {
    execDuration: String(Math.max(0, seconds)),
    exitCode: String(status.code),
  });
  container.announceExit(status);
}

/** Starts the container again after `delay` milliseconds unless somebody stops or removes it before. */
export function scheduleRestart(engine: Engine, container: Container, delay: number): void {
  container.restartTimer = setTimeout(() => void restartNow(engine, container), delay);
}

async function restartNow(engine: Engine, container: Container): Promise<void> {
  using _lock = await engine.locks.acquire(container.id);
  if (container.removing || container.removed || !container.state.Restarting) return;
  try {
    await run(engine, container);
  } catch (error) {
    engine.logger.error('restart failed', { container: container.id, error: errorMessage(error) });
    // It did not run at all, so its delays go on growing.
    const at = new Date(container.state.StartedAt);
    const status: ExitStatus = { code: container.state.ExitCode, at, oomKilled: false };
    const delay = planRestart(container, status);
    if (delay === undefined) return container.announceExit(status);
    Object.assign(container.record.state, { Status: 'restarting', Running: true, Restarting: true });
    container.record.restartCount++;
    engine.containers.save(container);
    scheduleRestart(engine, container, delay);
  }
}
