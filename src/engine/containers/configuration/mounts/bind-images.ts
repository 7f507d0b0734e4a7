// Gives every image mount of a new container a view of its image: a layer of its own that nothing is written to.

import type { CleanupStack } from '../../../../lib/cleanup-stack.ts';
import type { Engine } from '../../../engine.ts';
import type { ContainerRecord } from '../../state/container.ts';
import { findImage } from '../find-image.ts';
import { containerIds } from '../user-namespace.ts';

/**
 * Fills in image and source; the layers go with `undo`, later with the container. As long as they are there, what they
 * stand on stays. Throws not-found for a missing image.
 */
export function bindImages(
  engine: Pick<Engine, 'images' | 'config'>,
  record: ContainerRecord,
  undo: CleanupStack,
): void {
  for (const [index, mount] of record.mounts.entries()) {
    if (mount.type !== 'image') continue;
    const image = findImage(engine, mount.name ?? '');
    const layer = `${record.id}.image${index}`;
    const remapped = containerIds(engine, record.hostConfig) !== undefined;
    engine.images.createContainerLayer(layer, image.id, { ephemeral: true, remapped, bare: true });
    undo.defer(`view of image ${image.id}`, () => engine.images.removeContainerLayer(layer));
    mount.image = { id: image.id, layer };
    mount.source = engine.images.containerLayer(layer)?.merged ?? '';
  }
}
