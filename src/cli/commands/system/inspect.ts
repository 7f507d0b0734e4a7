// `inspect`: an object of any kind, by name.

import type { Client } from '../../../client/index.ts';
import { isFromDaemon } from '../../../client/index.ts';
import { errorKind } from '../../../lib/errors.ts';
import { command } from '../../command.ts';
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
    const one = finders[type];
    if (changed('type') && type === '') throw new ExitError(1, `type is empty: must be one of ${typeList()}`);
    if (type !== '' && !one)
      throw new ExitError(1, `unknown type: ${JSON.stringify(type)}: must be one of ${typeList()}`);
    const find = one
      ? (name: string) => one(context.client, name, size)
      : (name: string) => findAny(context.client, name, size);
    return inspectAll(context, args, flags.format, find);
  },
});

function typeList(): string {
  return Object.keys(finders)
    .sort()
    .map(name => JSON.stringify(name))
    .join(', ');
}

async function findAny(client: Client, name: string, size: boolean): Promise<unknown> {
  for (const find of Object.values(finders)) {
    try {
      return await find(client, name, size);
    } catch (error) {
      if (!isAbsent(error)) throw error;
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
