// Giving back what a start took.

import { errorMessage } from '../../../lib/errors.ts';
import type { Process } from '../../../runtime/index.ts';
import type { Engine } from '../../engine.ts';
import { publishNetworkEvent } from '../container-events.ts';
import type { Container } from '../state/container.ts';

/** What a process leaves to be taken away. */
export type Leftovers = Pick<Process, 'delete'>;

/**
 * Runtime state and cgroup of an ended process, and its execs. Never rejects: what will not go is logged, and found by
 * the next start of the daemon.
 */
export async function releaseProcess(
  engine: Pick<Engine, 'execs' | 'logger'>,
  container: Container,
  leftovers: Leftovers | undefined,
): Promise<void> {
  // Those that run end with the container, and their clients still ask for the exit code.
  for (const id of container.execIds) if (!engine.execs.find(id)?.started) engine.execs.delete(id);
  container.execIds.clear();
  await attempt(engine, container, 'process', () => leftovers?.delete());
}

/** Volumes and root file system; those that are not mounted are fine. Never rejects. */
export async function releaseMounts(
  engine: Pick<Engine, 'volumes' | 'images' | 'host' | 'logger'>,
  container: Container,
): Promise<void> {
  for (const { type, name, image } of container.record.mounts) {
    if (image) await attempt(engine, container, `image ${name}`, () => engine.images.unmountRootfs(image.layer));
    if (type !== 'volume' || !name) continue;
    await attempt(engine, container, `volume ${name}`, () => engine.volumes.unmount(name, container.id));
  }
  if (container.record.hostConfig.IpcMode === 'shareable') {
    await attempt(engine, container, 'shared memory', () => engine.host.unmount(container.file('shm')));
  }
  await attempt(engine, container, 'root file system', () => engine.images.unmountRootfs(container.id));
}

async function attempt(
  engine: Pick<Engine, 'logger'>,
  container: Container,
  what: string,
  release: () => void | Promise<void>,
): Promise<void> {
  try {
    await release();
  } catch (error) {
    engine.logger.error(`could not release ${what}`, { container: container.id, error: errorMessage(error) });
  }
}

/** Endpoint, ports and sandbox; nothing there is fine. */
export function releaseNetwork(engine: Pick<Engine, 'networks' | 'events'>, container: Container): void {
  const endpoint = engine.networks.endpoint(container.id);
  engine.networks.detach(container.id);
  engine.networks.removeSandbox(container.id);
  const network = endpoint && engine.networks.find(endpoint.networkId);
  if (network) publishNetworkEvent(engine, 'disconnect', network, container.id);
}
