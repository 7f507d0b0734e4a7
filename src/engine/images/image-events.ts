// What images tell the world.

import type { Engine } from '../engine.ts';

/** `name` is the reference that was used, or the image's id. */
export function publishImageEvent(
  engine: Pick<Engine, 'events'>,
  action: 'import' | 'load' | 'save' | 'tag' | 'untag' | 'delete',
  id: string,
  name: string,
): void {
  engine.events.publish({ Type: 'image', Action: action, id, attributes: { name } });
}
