// `diff`: what a container has changed in its file system.

import { command } from '../../command.ts';
import { exactly } from '../../grammar/argument-rule.ts';

const letters = ['C', 'A', 'D'];

export const diff = command({
  usage: 'CONTAINER',
  args: exactly(1),
  flags: {},
  async run(context, { args: [id = ''] }) {
    const changes = await context.client.call('ContainerChanges', { path: { id } });
    await context.print((changes ?? []).map(({ Kind, Path }) => `${letters[Kind] ?? ''} ${Path}\n`).join(''));
    return 0;
  },
});
