// `context create`.

import { command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { checkContextName, defaultContext } from '../../contexts/context-store.ts';
import { dockerFlag, endpointHelp, readDockerEndpoint } from '../../contexts/docker-endpoint.ts';
import { loadContext } from '../../contexts/load-context.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { string } from '../../grammar/flag.ts';

export const createContextCommand = command({
  usage: '[OPTIONS] CONTEXT',
  args: exactly(1),
  description: `Create a context\n\n${endpointHelp('docker context create')}`,
  flags: {
    description: string('Description of the context'),
    docker: dockerFlag(),
    from: string('Create context from a named context'),
  },
  async run(context, { flags, args: [name = ''] }) {
    checkNewName(context, name);
    const { contexts } = context;
    const description = flags.description === '' ? {} : { Description: flags.description };
    if (flags.docker !== undefined && flags.from !== '') throw new Error('cannot use --docker flag when --from is set');
    if (flags.docker === undefined) {
      const { metadata, tls } = loadContext(context, flags.from || context.contextName || defaultContext);
      contexts.write({ ...metadata, Name: name, Metadata: { ...metadata.Metadata, ...description } }, tls);
    } else {
      const places = { store: contexts, directory: context.io.directory };
      const { metadata, tls } = readDockerEndpoint(flags.docker, places);
      contexts.write({ Name: name, Metadata: description, Endpoints: { docker: metadata } }, { docker: tls });
    }
    await context.print(`${name}\n`);
    context.warn(`Successfully created context "${name}"`);
    return 0;
  },
});

/** Throws a plain Error for a name that cannot be given to a new context. */
export function checkNewName(context: Context, name: string): void {
  checkContextName(name);
  if (context.contexts.exists(name)) throw new Error(`context "${name}" already exists`);
}
