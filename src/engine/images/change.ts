// What changes images: `docker load`, `import`, `tag`, `rmi` and `image prune`.

import type { Filters } from '../../api/codecs.ts';
import type { OCIPlatform } from '../../api/types/common.ts';
import type { CreateImageInfo, ImageDeleteResponseItem, ImagePruneResponse } from '../../api/types/images.ts';
import { type Image, parseChanges } from '../../images/index.ts';
import { errorMessage, invalid } from '../../lib/errors.ts';
import type { Engine } from '../engine.ts';
import { pruneFilter } from '../prune-filter.ts';
import { publishImageEvent } from './image-events.ts';
import { layerSizes, totalSize } from './layer-sizes.ts';
import { onlyPlatform } from './platform.ts';

/** Loads an archive; progress lines, then a `stream` line for each image, as the docker CLI prints them. */
export async function* loadImages(
  engine: Pick<Engine, 'images' | 'events'>,
  archive: AsyncIterable<Uint8Array>,
  options: { quiet: boolean; platforms?: OCIPlatform[] | undefined; signal: AbortSignal },
): AsyncGenerator<CreateImageInfo & { stream?: string }> {
  const platform = onlyPlatform(options.platforms);
  const told = new Set<string>();
  const wanted = platform ? { platforms: [platform] } : {};
  for await (const event of engine.images.load(archive, { ...wanted, signal: options.signal })) {
    switch (event.kind) {
      case 'progress':
        if (!options.quiet) {
          const { id, status, current, total } = event;
          yield { id, status, progressDetail: current === undefined ? {} : { current, total } };
        }
        break;
      case 'renamed':
        yield {
          stream: `The image ${event.reference} already exists, renaming the old one with ID ${event.previous} to empty string\n`,
        };
        break;
      case 'image':
        if (!told.has(event.image.id)) publishImageEvent(engine, 'load', event.image.id, event.image.id);
        told.add(event.image.id);
        yield {
          stream: event.reference ? `Loaded image: ${event.reference}\n` : `Loaded image ID: ${event.image.id}\n`,
        };
        break;
    }
  }
}

/** Makes an image of one layer from a tar of a root file system; the last line's status is the new id. */
export async function* importImage(
  engine: Pick<Engine, 'images' | 'events'>,
  source: AsyncIterable<Uint8Array>,
  options: { repository?: string; tag?: string; message?: string; changes: string[]; signal: AbortSignal },
): AsyncGenerator<CreateImageInfo> {
  const reference = options.repository ? [options.repository, options.tag].filter(Boolean).join(':') : undefined;
  const image = await engine.images.import(source, {
    reference,
    changes: parseChanges(options.changes),
    message: options.message || 'Imported from -',
    signal: options.signal,
  });
  publishImageEvent(engine, 'import', image.id, reference ?? image.id);
  yield { status: image.id };
}

/** Throws not-found or `invalid`. */
export function tagImage(
  engine: Pick<Engine, 'images' | 'events'>,
  reference: string,
  repository: string,
  tag: string,
): void {
  if (!repository) throw invalid('repository name must have at least one component');
  const target = tag ? `${repository}:${tag}` : repository;
  const image = engine.images.tag(reference, target);
  publishImageEvent(engine, 'tag', image.id, target);
}

/** Takes a name away and the image with it when it was the last; throws `conflict` while containers need it. */
export async function removeImage(
  engine: Pick<Engine, 'images' | 'containers' | 'events'>,
  reference: string,
  options: { force: boolean; prune: boolean },
): Promise<ImageDeleteResponseItem[]> {
  const { id } = engine.images.get(reference);
  const steps = await engine.images.remove(reference, { ...options, inUse: image => imageUsers(engine, image) });
  for (const step of steps) {
    if ('Untagged' in step) publishImageEvent(engine, 'untag', id, id);
    else if (step.Deleted === id) publishImageEvent(engine, 'delete', id, id);
  }
  return steps;
}

function imageUsers(engine: Pick<Engine, 'containers'>, image: Image) {
  return [...engine.containers.all()]
    .filter(container => container.record.imageId === image.id)
    .map(container => ({ id: container.id, running: container.state.Running }));
}

/**
 * Removes dangling images, or with `dangling=false` every image no container uses; `until` and labels restrict it.
 * Throws `invalid` for other filters.
 */
export async function pruneImages(
  engine: Pick<Engine, 'images' | 'containers' | 'events' | 'logger'>,
  filters: Filters,
): Promise<ImagePruneResponse> {
  const chosen = pruneFilter(filters, ['dangling']);
  const all = ['false', '0'].includes(filters.dangling?.[0] ?? 'true');
  const deleted: ImageDeleteResponseItem[] = [];
  const before = totalSize(layerSizes(engine.images.list()));
  for (const image of engine.images.list()) {
    if (!chosen({ created: image.created, labels: image.config.config.Labels })) continue;
    if ((!all && image.tags.length > 0) || imageUsers(engine, image).length > 0) continue;
    try {
      const names = image.tags.length > 0 ? image.tags : [image.id];
      for (const name of names) deleted.push(...(await removeImage(engine, name, { force: false, prune: true })));
    } catch (error) {
      engine.logger.warn('image not pruned', { image: image.id, error: errorMessage(error) });
    }
  }
  const reclaimed = before - totalSize(layerSizes(engine.images.list()));
  engine.events.publish({ Type: 'image', Action: 'prune', id: '', attributes: { reclaimed: String(reclaimed) } });
  return { ImagesDeleted: deleted.length > 0 ? deleted : null, SpaceReclaimed: reclaimed };
}
