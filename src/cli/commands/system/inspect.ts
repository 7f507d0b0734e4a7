// `inspect`: an object of any kind, by name.

import type { Client } from '../../../client/index.ts';
import { isFromDaemon } from '../../../client/index.ts';
import { errorKind } from '../../../lib/errors.ts';
import { ownEntry } from '../../../lib/own-entry.ts';
import { command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { ExitError } from '../../failure.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { inspectAll } from '../../output/inspect.ts';
import { formatFlag } from '../flags.ts';

/** How an object of each type is asked for, in the order they are tried. */
const finders: Readonly<Record<string, (client: Client, name: string, size: boolean) => Promise<unknown>>> = {
  container: (client, id, size) => client.call('ContainerInspect', { path: { id }, query: size ? { size } : {} }),
  image: (client, name) => client.call('ImageInspect', { path: { name } }),
  network: (client, id) => client.call('NetworkInspect', { path: { id } }),
  volume: (client, name) => client.call('VolumeInspect', { path: { name } }),
  service: (client, id) => client.call('ServiceInspect', { path: { id } }),
  task: (client, id) => client.call('TaskInspect', { path: { id } }),
  node: (client, id) => client.call('NodeInspect', { path: { id } }),
  plugin: (client, name) => client.call('PluginInspect', { path: { name } }),
  secret: (client, id) => client.call('SecretInspect', { path: { id } }),
  config: (client, id) => client.call('ConfigInspect', { path: { id } }),
};

export const inspect = command({
  usage: '[OPTIONS] NAME|ID [NAME|ID...]',
  args: atLeast(1),
  flags: {
    format: formatFlag(),
    size: bool('Show total sizes of containers', { short: 's' }),
    type: string('Look only for objects of this type'),
  },
  run(context, { flags, changed, args }) {
    const { type, size } = flags;
    const one = ownEntry(finders, type);
    if (changed('type') && type === '') throw new ExitError(1, `type is empty: must be one of ${typeList()}`);
    if (type !== '' && !one)
      throw new ExitError(1, `unknown type: ${JSON.stringify(type)}: must be one of ${typeList()}`);
    const types = one ? [type] : Object.keys(finders);
    return inspectAll(context, args, flags.format, name => findAs(types, name, { context, size, only: Boolean(one) }));
  },
});

function typeList(): string {
  return Object.keys(finders)
    .sort()
    .map(name => JSON.stringify(name))
    .join(', ');
}

/** The first of the types that has it; with `only` one the daemon's own complaint is the one shown. */
async function findAs(
  types: readonly string[],
  name: string,
  { context, size, only }: { context: Context; size: boolean; only: boolean },
): Promise<unknown> {
  for (const type of types) {
    try {
      const found = await finders[type]?.(context.client, name, size);
      if (size && type !== 'container') context.warn(`WARNING: --size ignored for ${type}`);
      return found;
    } catch (error) {
      if (only || !isAbsent(error)) throw error;
    }
  }
  throw new Error(`Error: No such object: ${name}`);
}

/** Also what this daemon does not have at all: swarm objects outside a swarm, operations still to come. */
function isAbsent(error: unknown): boolean {
  const kind = errorKind(error);
  return (
    isFromDaemon(error) &&
    (['not-found', 'not-implemented', 'unavailable'].includes(kind) || /plugin|swarm/.test(String(error)))
  );
}
