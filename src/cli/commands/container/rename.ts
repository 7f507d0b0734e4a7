// `rename`.

import { command } from '../../command.ts';
import { describeFailure } from '../../context.ts';
import { ExitError } from '../../failure.ts';
import { exactly } from '../../grammar/argument-rule.ts';

export const rename = command({
  usage: 'CONTAINER NEW_NAME',
  args: exactly(2),
  flags: {},
  async run(context, { args }) {
    const [id, name] = args.map(arg => arg.trim()) as [string, string];
    if (id === '' || name === '') throw new Error('Error: Neither old nor new names may be empty');
    try {
      await context.client.call('ContainerRename', { path: { id }, query: { name } });
    } catch (error) {
      throw new ExitError(1, `${describeFailure(error)}\nError: failed to rename container named ${id}`, {
        cause: error,
      });
    }
    return 0;
  },
});
