// What happens when a container's process has ended: give back what it held, tell everybody, restart or remove it.

import { errorMessage } from '../../../lib/errors.ts';
import type { EndedProcess, ExitStatus, Process } from '../../../runtime/index.ts';
import type { Engine } from '../../engine.ts';
import { publishVolumeEvent } from '../../volumes/volume-events.ts';
import { publishContainerEvent, publishNetworkEvent } from '../container-events.ts';
import type { Container } from '../state/container.ts';
import { destroy } from './remove.ts';
import { planRestart } from './restart-policy.ts';
import { launch } from './start.ts';

/** Runs once for each start, after the process has ended. Never rejects. */
export async function handleExit(
  engine: Engine,
  container: Container,
  process: Process,
  status: ExitStatus,
): Promise<void> {
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
    releaseNetwork(engine, container);
    const delay = planRestart(container, status);
    recordExit(engine, container, status, delay !== undefined);
    await releaseResources(engine, container, leftovers);
    if (delay !== undefined) scheduleRestart(engine, container, delay);
    else if (container.record.hostConfig.AutoRemove) await destroy(engine, container, { volumes: true });
  } catch (error) {
    engine.logger.error('handling an exit failed', { container: container.id, error: errorMessage(error) });
  }
}

/** What a process leaves to be taken away. */
type Leftovers = Pick<Process, 'delete'>;

/** Gives back everything a start took, whatever of it there is. Also what a restart of the daemon calls. */
export async function releaseResources(
  engine: Engine,
  container: Container,
  leftovers: Leftovers | undefined,
): Promise<void> {
  const attempt = async (what: string, release: () => void | Promise<void>) => {
    try {
      await release();
    } catch (error) {
      engine.logger.error(`could not release ${what}`, { container: container.id, error: errorMessage(error) });
    }
  };
  for (const id of container.execIds) engine.execs.delete(id);
  container.execIds.clear();
  await attempt('process', () => leftovers?.delete());
  for (const mount of container.record.mounts) {
    if (mount.type !== 'volume' || !mount.name) continue;
    const { name, driver = 'local' } = mount;
    await attempt(`volume ${name}`, () => engine.volumes.unmount(name, container.id));
    publishVolumeEvent(engine, 'unmount', { name, driver }, { container: container.id });
  }
  await attempt('root file system', () => engine.images.unmountRootfs(container.id));
}

/** Endpoint, ports and sandbox; nothing there is fine. */
export function releaseNetwork(engine: Pick<Engine, 'networks' | 'events'>, container: Container): void {
  const endpoint = engine.networks.endpoint(container.id);
  engine.networks.detach(container.id);
  engine.networks.removeSandbox(container.id);
  const network = endpoint && engine.networks.find(endpoint.networkId);
  if (network) publishNetworkEvent(engine, 'disconnect', network, container.id);
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
  if (restarting) container.record.restartCount++;
  container.stopping = false;
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
    await launch(engine, container);
  } catch (error) {
    engine.logger.error('restart failed', { container: container.id, error: errorMessage(error) });
    const status: ExitStatus = { code: container.state.ExitCode, at: new Date(), oomKilled: false };
    const delay = planRestart(container, status);
    if (delay === undefined) return;
    Object.assign(container.record.state, { Status: 'restarting', Running: true, Restarting: true });
    container.record.restartCount++;
    engine.containers.save(container);
    scheduleRestart(engine, container, delay);
  }
}
