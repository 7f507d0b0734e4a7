// `wait`: until containers have stopped.

import { command } from '../../command.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { forEach } from '../for-each.ts';

export const wait = command({
  usage: 'CONTAINER [CONTAINER...]',
  args: atLeast(1),
  flags: {},
  run: (context, { args }) =>
    forEach(context, args, {}, async id => {
      const result = await context.client.call('ContainerWait', { path: { id } });
      if (result.Error?.Message) throw new Error(result.Error.Message);
      return String(result.StatusCode);
    }),
});
