// `docker rename`.

import { BerthError, errorKind, errorMessage, invalid } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import { publishContainerEvent } from '../container-events.ts';
import { requireName } from './names.ts';

/** Throws `conflict` when another container has the name. */
export function renameContainer(engine: Pick<Engine, 'containers' | 'events'>, reference: string, to: string): void {
  if (!to || !reference) throw invalid('Neither old nor new names may be empty');
  const container = engine.containers.get(reference);
  const name = allocating(() => requireName(to.startsWith('/') ? to : `/${to}`));
  const before = container.name;
  if (name === before) throw invalid('Renaming a container with the same name as its current name');
  allocating(() => engine.containers.rename(container, name));
  publishContainerEvent(engine, container, 'rename', { oldName: `/${before}` });
}

/** What is wrong with the new name, in Docker's words. */
function allocating<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new BerthError(errorKind(error), `Error when allocating new name: ${errorMessage(error)}`, { cause: error });
  }
}
