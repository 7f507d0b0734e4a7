// `docker rename`.

import { invalid } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import { publishContainerEvent } from '../container-events.ts';
import { requireName } from './names.ts';

/** Throws `conflict` when another container has the name. */
export function renameContainer(engine: Pick<Engine, 'containers' | 'events'>, reference: string, to: string): void {
  if (!to || !reference) throw invalid('Neither old nor new names may be empty');
  const container = engine.containers.get(reference);
  const name = requireName(to);
  const before = container.name;
  if (name === before) throw invalid('Renaming a container with the same name as its current name');
  engine.containers.rename(container, name);
  publishContainerEvent(engine, container, 'rename', { oldName: `/${before}` });
}
