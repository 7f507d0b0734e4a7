// `context show`.

import { command } from '../../command.ts';
import { noArguments } from '../../grammar/argument-rule.ts';

export const showContext = command({
  usage: '',
  args: noArguments,
  flags: {},
  async run(context) {
    await context.print(`${context.contextName}\n`);
    return 0;
  },
});
