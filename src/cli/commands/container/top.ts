// `top`.

import { alignColumns } from '../../../lib/text/table.ts';
import { command } from '../../command.ts';
import { atLeast } from '../../grammar/argument-rule.ts';

export const top = command({
  usage: 'CONTAINER [ps OPTIONS]',
  args: atLeast(1),
  interspersed: false,
  flags: {},
  async run(context, { args }) {
    const [id = '', ...words] = args;
    const query = words.length > 0 ? { ps_args: words.join(' ') } : {};
    const { Titles, Processes } = await context.client.call('ContainerTop', { path: { id }, query });
    const lines = [Titles, ...(Processes ?? [])].map(cells => cells.join('\t'));
    await context.print(`${alignColumns(lines, { minWidth: 20 }).join('\n')}\n`);
    return 0;
  },
});
