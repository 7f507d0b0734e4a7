// `docker save`.
import type { OCIPlatform } from '../../api/types/common.ts';
import type { Engine } from '../engine.ts';
import { publishImageEvent } from './image-events.ts';
import { onlyPlatform } from './platform.ts';

/** The archive of the images, streamed. Throws `not-found` and `invalid` before the first byte. */
export function saveImages(
  engine: Pick<Engine, 'images' | 'events'>,
  names: readonly string[],
  platforms: readonly OCIPlatform[] | undefined,
): AsyncIterable<Buffer> {
  const { images, archive } = engine.images.save(names, onlyPlatform(platforms));
  for (const image of images) publishImageEvent(engine, 'save', image);
  return archive;
}
