// `context update`.

import { command } from '../../command.ts';
import { checkContextName } from '../../contexts/context-store.ts';
import { dockerFlag, endpointHelp, readDockerEndpoint } from '../../contexts/docker-endpoint.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { string } from '../../grammar/flag.ts';

export const updateContext = command({
  usage: '[OPTIONS] CONTEXT',
  args: exactly(1),
  description: `Update a context\n\n${endpointHelp('docker context update')}`,
  flags: { description: string('Description of the context'), docker: dockerFlag() },
  async run(context, { flags, args: [name = ''] }) {
    checkContextName(name);
    const { contexts } = context;
    const before = contexts.read(name);
    const described = { ...before.Metadata, ...(flags.description === '' ? {} : { Description: flags.description }) };
    if (flags.docker === undefined) {
      contexts.write({ ...before, Metadata: described });
    } else {
      const places = { store: contexts, directory: context.io.directory };
      const { metadata, tls } = readDockerEndpoint(flags.docker, places);
      const endpoints = { ...before.Endpoints, docker: metadata };
      const material = { ...contexts.tlsMaterial(name), docker: tls };
      contexts.write({ ...before, Metadata: described, Endpoints: endpoints }, material);
    }
    await context.print(`${name}\n`);
    context.warn(`Successfully updated context "${name}"`);
    return 0;
  },
});
