// `network prune`.

import { addFilter } from '../../../lib/filters.ts';
import { command } from '../../command.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { bool } from '../../grammar/flag.ts';
import { confirm } from '../confirm.ts';
import { filterFlag } from '../flags.ts';

export const pruneNetworks = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    filter: filterFlag('Remove only what fits (e.g. "until=<timestamp>")', {}),
    force: bool('Do not ask', { short: 'f' }),
  },
  async run(context, { flags }) {
    const warning = 'WARNING! This will remove all custom networks not used by at least one container.';
    if (!flags.force) await confirm(context, `${warning}\nAre you sure you want to continue?`);
    const filters = flags.filter.reduce(addFilter, {});
    const { NetworksDeleted } = await context.client.call('NetworkPrune', { query: { filters } });
    if (NetworksDeleted?.length) await context.print(`Deleted Networks:\n${NetworksDeleted.join('\n')}\n\n`);
    return 0;
  },
});
