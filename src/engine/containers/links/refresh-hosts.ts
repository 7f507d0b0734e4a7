// A container that starts again has another address: those that are linked to it and run hear of it.

import { readFileSync, writeFileSync } from 'node:fs';
import { errorMessage } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import type { Container } from '../state/container.ts';

/** Writes the new address into the /etc/hosts of each parent, which may have been edited inside: only those lines. */
export function refreshParents(engine: Pick<Engine, 'containers' | 'networks' | 'logger'>, child: Container): void {
  const parents = engine.containers.parentsOf(child).filter(container => container.running);
  const address = parents.length > 0 ? engine.networks.endpoint(child.id)?.address : undefined;
  if (!address) return;
  for (const parent of parents) {
    const aliases = (parent.record.links ?? []).filter(({ childId }) => childId === child.id).map(({ alias }) => alias);
    try {
      const path = parent.file('hosts');
      const before = readFileSync(path, 'utf8');
      const after = withAddress(before, aliases, address);
      // In place: the file is mounted.
      if (after !== before) writeFileSync(path, after);
    } catch (error) {
      engine.logger.warn('hosts of a linked container not updated', {
        container: parent.id,
        error: errorMessage(error),
      });
    }
  }
}

/** The lines whose first name is one of `aliases` get another address. */
export function withAddress(hosts: string, aliases: readonly string[], address: string): string {
  return hosts
    .split('\n')
    .map(line => {
      const [, name = ''] = /^\S+\t(\S+)/.exec(line) ?? [];
      return aliases.includes(name) ? line.replace(/^\S+/, address) : line;
    })
    .join('\n');
}
