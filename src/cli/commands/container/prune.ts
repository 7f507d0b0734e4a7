// `container prune`.

import { addFilter } from '../../../lib/filters.ts';
import { humanSize } from '../../../lib/units.ts';
import { command } from '../../command.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { bool } from '../../grammar/flag.ts';
import { confirm } from '../confirm.ts';
import { filterFlag } from '../flags.ts';

export const pruneContainers = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    filter: filterFlag('Remove only what fits (e.g. "until=<timestamp>")', {}),
    force: bool('Do not ask', { short: 'f' }),
  },
  async run(context, { flags }) {
    if (!flags.force) {
      await confirm(context, 'WARNING! This will remove all stopped containers.\nAre you sure you want to continue?');
    }
    const filters = flags.filter.reduce(addFilter, {});
    const result = await context.client.call('ContainerPrune', { query: { filters } });
    const deleted = result.ContainersDeleted ?? [];
    if (deleted.length > 0) await context.print(`Deleted Containers:\n${deleted.join('\n')}\n\n`);
    await context.print(`Total reclaimed space: ${humanSize(result.SpaceReclaimed)}\n`);
    return 0;
  },
});
