// What images tell the world.

import type { Image } from '../../images/index.ts';
import { familiarName, familiarReference, type Reference } from '../../oci/reference.ts';
import type { Engine } from '../engine.ts';

type Action = 'create' | 'import' | 'load' | 'save' | 'tag' | 'untag' | 'delete';

/** `name` is the reference that was used; without it the image's id. The image's labels go along: filters ask for them. */
export function publishImageEvent(
  engine: Pick<Engine, 'events'>,
  action: Action,
  image: Pick<Image, 'id' | 'config'>,
  name: string = image.id,
): void {
  const attributes = { ...image.config.config.Labels, name };
  engine.events.publish({ Type: 'image', Action: action, id: image.id, attributes });
}

/** News of an image that a build made, in the order of BuildKit's exporter. */
export function publishBuilt(engine: Pick<Engine, 'events'>, image: Image, names: readonly string[]): void {
  for (const name of names) publishImageEvent(engine, 'tag', image, name);
  publishImageEvent(engine, 'create', image);
}

/** Of an image that is no more nothing but the id can be told. */
export function publishImageDeleted(engine: Pick<Engine, 'events'>, id: string): void {
  engine.events.publish({ Type: 'image', Action: 'delete', id, attributes: { name: id } });
}

/** News of a pull or push: under the name that was given, not the image's id. */
export function publishTransfer(
  engine: Pick<Engine, 'events' | 'images'>,
  action: 'pull' | 'push',
  reference: Reference,
): void {
  const id = familiarReference(reference);
  const isOne = reference.tag !== undefined || reference.digest !== undefined;
  const labels = isOne ? engine.images.find(id)?.config.config.Labels : {};
  engine.events.publish({
    ...{ Type: 'image', Action: action, id },
    attributes: { ...labels, name: familiarName(reference) },
  });
}
