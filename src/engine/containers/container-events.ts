// What containers tell the world.

import type { Engine } from '../engine.ts';
import type { Container } from './state/container.ts';

/** Every container event carries the image, the name and the labels; `attributes` come on top. */
export function publishContainerEvent(
  engine: Pick<Engine, 'events'>,
  container: Container,
  action: string,
  attributes: Record<string, string> = {},
): void {
  const { record } = container;
  engine.events.publish({
    Type: 'container',
    Action: action,
    id: container.id,
    attributes: { ...record.config.Labels, image: record.imageName, name: record.name, ...attributes },
  });
}

/** A container joined or left a network. */
export function publishNetworkEvent(
  engine: Pick<Engine, 'events'>,
  action: 'connect' | 'disconnect',
  network: { id: string; name: string; driver: string },
  containerId: string,
): void {
  engine.events.publish({
    Type: 'network',
    Action: action,
    id: network.id,
    attributes: { container: containerId, name: network.name, type: network.driver },
  });
}
