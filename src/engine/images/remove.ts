// What takes images and names away: `docker rmi` and `docker image prune`.

import type { Filters } from '../../api/codecs.ts';
import type { OCIPlatform } from '../../api/types/common.ts';
import type { ImageDeleteResponseItem, ImagePruneResponse } from '../../api/types/images.ts';
import type { Image } from '../../images/index.ts';
import { errorKind, errorMessage, invalid } from '../../lib/errors.ts';
import { truth } from '../containers/views/filter.ts';
import type { Engine } from '../engine.ts';
import { pruneFilter } from '../prune-filter.ts';
import { publishImageDeleted, publishImageEvent } from './image-events.ts';
import { layerSizes, totalSize } from './layer-sizes.ts';
import { requestedPlatform } from './platform.ts';

/**
 * Takes a name away and the image with it when it was the last; throws `conflict` while containers need it. With
 * `platforms` only what is there for those; throws `not-found` for one that is not there.
 */
export async function removeImage(
  engine: Pick<Engine, 'images' | 'containers' | 'events'>,
  reference: string,
  options: { force: boolean; prune: boolean; platforms?: readonly OCIPlatform[] | undefined },
): Promise<ImageDeleteResponseItem[]> {
  if (reference.trim() === '') throw invalid('image name cannot be blank');
  const image = engine.images.get(reference);
  const { force, prune } = options;
  const platforms = (options.platforms ?? []).flatMap(value => requestedPlatform(value) ?? []);
  const inUse = (one: Image) => imageUsers(engine, one);
  const steps =
    platforms.length > 0
      ? engine.images.removePlatforms(reference, { platforms, force, prune, inUse })
      : engine.images.remove(reference, { force, prune, inUse });
  const removed = await steps;
  for (const step of removed) {
    // Digests that go along with the last tag are not told of.
    if ('Untagged' in step) {
      if (step === removed[0] || !step.Untagged.includes('@')) publishImageEvent(engine, 'untag', image);
    } else if (step.Deleted === image.id) publishImageDeleted(engine, image.id);
  }
  return removed;
}

function imageUsers(engine: Pick<Engine, 'containers'>, image: Image) {
  const users = engine.containers.usersOfImage(image.id);
  return users.map(container => ({ id: container.id, running: container.state.Running }));
}

/**
 * Removes dangling images, or with `dangling=false` every image no container uses, and of those that are used all names
 * but the last; `until` and labels restrict it. What pulls that broke off have left goes, too, where nothing restricts it.
 * Throws `invalid` for other filters.
 */
export async function pruneImages(
  engine: Pick<Engine, 'images' | 'containers' | 'events' | 'logger'>,
  filters: Filters,
): Promise<ImagePruneResponse> {
  const chosen = pruneFilter(filters, ['dangling']);
  const all = !truth('dangling', filters.dangling ?? []);
  const deleted: ImageDeleteResponseItem[] = [];
  const images = engine.images.list();
  const before = totalSize(layerSizes(images));
  const parents = new Set(images.map(({ parent }) => parent));
  for (const image of images) {
    const isNameless = image.tags.length === 0 && image.digests.length === 0;
    // A nameless one that others stand on goes with the last of them.
    if (isNameless && parents.has(image.id)) continue;
    if (!chosen({ created: image.created, labels: image.config.config.Labels })) continue;
    if (!all && image.tags.length > 0) continue;
    deleted.push(...(await pruneImage(engine, image)));
  }
  const isRestricted = Object.keys(filters).some(key => key !== 'dangling');
  const downloads = isRestricted ? 0 : engine.images.transfers.forgetDownloads();
  const reclaimed = downloads + before - totalSize(layerSizes(engine.images.list()));
  engine.events.publish({ Type: 'image', Action: 'prune', id: '', attributes: { reclaimed: String(reclaimed) } });
  return { ImagesDeleted: deleted.length > 0 ? deleted : null, SpaceReclaimed: reclaimed };
}

/** Name by name, as `rmi` would: one that cannot be taken, as the last of an image in use, does not keep the others. */
async function pruneImage(
  engine: Pick<Engine, 'images' | 'containers' | 'events' | 'logger'>,
  image: Image,
): Promise<ImageDeleteResponseItem[]> {
  const names = [...image.tags, ...image.digests];
  const deleted: ImageDeleteResponseItem[] = [];
  for (const name of names.length > 0 ? names : [image.id]) {
    try {
      deleted.push(...(await removeImage(engine, name, { force: false, prune: true })));
    } catch (error) {
      // The last tag of a repository takes its digests along; what is in use stays without a word.
      if (['not-found', 'conflict'].includes(errorKind(error))) continue;
      engine.logger.warn('image not pruned', { image: name, error: errorMessage(error) });
    }
  }
  return deleted;
}
