// What volumes tell the world.

import type { Volume } from '../../volumes/index.ts';
import type { Engine } from '../engine.ts';

/** `attributes` are added to the driver's name. */
export function publishVolumeEvent(
  engine: Pick<Engine, 'events'>,
  action: 'create' | 'destroy' | 'mount' | 'unmount',
  volume: Pick<Volume, 'name' | 'driver'>,
  attributes: Record<string, string> = {},
): void {
  engine.events.publish({
    Type: 'volume',
    Action: action,
    id: volume.name,
    attributes: { driver: volume.driver, ...attributes },
  });
}
