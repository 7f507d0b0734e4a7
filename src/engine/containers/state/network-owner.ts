// Whose network a container is in (`--network container:x`): that one's /etc files and interfaces are its, too.

import type { Container } from './container.ts';
import type { ContainerRegistry } from './container-registry.ts';

/**
 * Itself, unless it joined another's network, which may have done so, too. Containers can name each other in a circle, for
 * one that is not there yet may be named; none of these can start.
 */
export function networkOwner(containers: Pick<ContainerRegistry, 'find'>, container: Container): Container {
  const passed = new Set<Container>();
  for (let owner = container; !passed.has(owner); ) {
    passed.add(owner);
    const mode = owner.record.hostConfig.NetworkMode ?? '';
    const other = mode.startsWith('container:') ? containers.find(mode.slice('container:'.length)) : undefined;
    if (!other) return owner;
    owner = other;
  }
  return container;
}
