// Giving back what a start took.

import { errorMessage } from '../../../lib/errors.ts';
import type { Process } from '../../../runtime/index.ts';
import type { Engine } from '../../engine.ts';
import { publishVolumeEvent } from '../../volumes/volume-events.ts';
import { publishNetworkEvent } from '../container-events.ts';
import type { Container } from '../state/container.ts';

/** What a process leaves to be taken away. */
export type Leftovers = Pick<Process, 'delete'>;

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
