// Gives every volume mount of a new container its volume: an existing one by name, or a new one.

import type { CleanupStack } from '../../../../lib/cleanup-stack.ts';
import type { Engine } from '../../../engine.ts';
import { publishVolumeEvent } from '../../../volumes/volume-events.ts';
import { anonymousLabel } from '../../../volumes/volumes.ts';
import type { ContainerRecord } from '../../state/container.ts';

/** Fills in name, driver and source; volumes made here are removed again by `undo`. */
export function bindVolumes(
  engine: Pick<Engine, 'volumes' | 'events'>,
  record: ContainerRecord,
  undo: CleanupStack,
): void {
  for (const mount of record.mounts) {
    if (mount.type !== 'volume') continue;
    const existing = mount.name === undefined ? undefined : engine.volumes.find(mount.name);
    const { options, labels } = volumeOptions(record, mount.destination);
    const volume =
      existing ??
      engine.volumes.create({
        name: mount.name,
        driver: mount.driver || record.hostConfig.VolumeDriver || undefined,
        anonymous: mount.anonymous,
        options,
        labels: mount.anonymous ? { ...labels, [anonymousLabel]: '' } : labels,
      });
    if (!existing) {
      undo.defer(`volume ${volume.name}`, () => engine.volumes.remove(volume.name, { force: true }));
      publishVolumeEvent(engine, 'create', volume);
    }
    mount.name = volume.name;
    mount.driver = volume.driver;
    mount.source = volume.mountpoint;
  }
}

function volumeOptions(record: ContainerRecord, destination: string) {
  const asked = (record.hostConfig.Mounts ?? []).find(mount => mount.Target === destination)?.VolumeOptions;
  return { options: asked?.DriverConfig?.Options ?? undefined, labels: asked?.Labels ?? undefined };
}
