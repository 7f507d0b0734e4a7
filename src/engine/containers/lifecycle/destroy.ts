// Taking a container out of the world: the record goes first, so that a crash leaves nothing that looks usable.

import { rm } from 'node:fs/promises';
import { errorMessage } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import { publishVolumeEvent } from '../../volumes/volume-events.ts';
import { publishContainerEvent } from '../container-events.ts';
import { type Container, layersOf } from '../state/container.ts';

/** Takes a container that does not run out of the world. The caller holds its lock. Twice is fine. */
export async function destroy(engine: Engine, container: Container, options: { volumes: boolean }): Promise<void> {
  if (container.removed) return;
  container.removing = true;
  engine.containers.delete(container);
  engine.execs.deleteOf(container.id);
  for (const layer of layersOf(container)) await engine.images.removeContainerLayer(layer);
  if (options.volumes) await removeAnonymousVolumes(engine, container);
  await rm(container.directory, { recursive: true, force: true });
  publishContainerEvent(engine, container, 'destroy');
  container.announceRemoval();
}

/** A volume another container uses as well stays. */
async function removeAnonymousVolumes(engine: Engine, container: Container): Promise<void> {
  for (const { type, name, anonymous, driver = 'local' } of container.record.mounts) {
    if (type !== 'volume' || !anonymous || !name || engine.containers.usersOfVolume(name).length > 0) continue;
    try {
      await engine.volumes.remove(name, { force: true });
      publishVolumeEvent(engine, 'destroy', { name, driver });
    } catch (error) {
      engine.logger.warn('could not remove an anonymous volume', { volume: name, error: errorMessage(error) });
    }
  }
}
