// What brings images and names: `docker load` and `tag`.

import type { OCIPlatform } from '../../api/types/common.ts';
import type { CreateImageInfo } from '../../api/types/images.ts';
import { invalid } from '../../lib/errors.ts';
import type { Engine } from '../engine.ts';
import { publishImageEvent } from './image-events.ts';
import { onlyPlatform } from './platform.ts';
import { targetReference } from './target-reference.ts';

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
        if (!told.has(event.image.id)) publishImageEvent(engine, 'load', event.image);
        told.add(event.image.id);
        yield {
          stream: event.reference ? `Loaded image: ${event.reference}\n` : `Loaded image ID: ${event.image.id}\n`,
        };
        break;
    }
  }
}

/** Throws not-found or `invalid`. */
export function tagImage(
  engine: Pick<Engine, 'images' | 'events'>,
  reference: string,
  repository: string,
  tag: string,
): void {
  const target = targetReference(repository, tag);
  if (target === undefined) throw invalid('repository name must have at least one component');
  const image = engine.images.tag(reference, target);
  publishImageEvent(engine, 'tag', image, target);
}
