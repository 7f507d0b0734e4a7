// `docker export` and `docker diff`: a container's own file system as a whole, without its volumes.

import type { FilesystemChange } from '../../../api/types/containers.ts';
import type { Change } from '../../../images/index.ts';
import { conflict } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import { publishContainerEvent } from '../container-events.ts';
import { closing } from './archive.ts';

/** The archive of everything in it; ending the stream, however, unmounts what it needs. Throws not-found, `conflict`. */
export function exportContainer(
  engine: Pick<Engine, 'images' | 'containers' | 'events'>,
  reference: string,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const container = engine.containers.get(reference);
  if (container.state.Dead) throw conflict(`You cannot export container ${container.id} which is Dead`);
  if (container.removing || container.removed) {
    throw conflict(`You cannot export container ${container.id} which is being removed`);
  }
  const view = engine.images.openRootfs(container.id);
  publishContainerEvent(engine, container, 'export');
  return closing(view, view.export(signal));
}

const kinds: Record<Change['kind'], number> = { changed: 0, added: 1, deleted: 2 };

/** What differs from the image, parents first; null when nothing does. Throws not-found. */
export async function listContainerChanges(
  engine: Pick<Engine, 'images' | 'containers'>,
  reference: string,
): Promise<FilesystemChange[] | null> {
  const container = engine.containers.get(reference);
  const changes = await engine.images.changes(container.id);
  return changes.length > 0 ? changes.map(({ path, kind }) => ({ Path: path, Kind: kinds[kind] })) : null;
}
