// `volume prune`.

import { addFilter } from '../../../lib/filters.ts';
import { humanSize } from '../../../lib/units.ts';
import { command } from '../../command.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { bool } from '../../grammar/flag.ts';
import { confirm } from '../confirm.ts';
import { filterFlag } from '../flags.ts';

export const pruneVolumes = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    all: bool('Remove named volumes too', { short: 'a' }),
    filter: filterFlag('Remove only what fits (e.g. "label=<label>")', {}),
    force: bool('Do not ask', { short: 'f' }),
  },
  async run(context, { flags }) {
    const kind = flags.all ? 'all' : 'anonymous';
    const warning = `WARNING! This will remove ${kind} local volumes not used by at least one container.`;
    if (!flags.force) await confirm(context, `${warning}\nAre you sure you want to continue?`);
    const filters = [...flags.filter, ...(flags.all ? ['all=true'] : [])].reduce(addFilter, {});
    const result = await context.client.call('VolumePrune', { query: { filters } });
    const deleted = result.VolumesDeleted ?? [];
    if (deleted.length > 0) await context.print(`Deleted Volumes:\n${deleted.join('\n')}\n\n`);
    await context.print(`Total reclaimed space: ${humanSize(result.SpaceReclaimed)}\n`);
    return 0;
  },
});
