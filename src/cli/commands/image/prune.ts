// `image prune`.

import { addFilter } from '../../../lib/filters.ts';
import { humanSize } from '../../../lib/units.ts';
import { command } from '../../command.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { bool } from '../../grammar/flag.ts';
import { confirm } from '../confirm.ts';
import { filterFlag } from '../flags.ts';

export const pruneImages = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    all: bool('Remove all images no container uses, not only those without a name', { short: 'a' }),
    filter: filterFlag('Remove only what fits (e.g. "until=<timestamp>")', {}),
    force: bool('Do not ask', { short: 'f' }),
  },
  async run(context, { flags }) {
    const what = flags.all ? 'all images without at least one container associated to them' : 'all dangling images';
    if (!flags.force) await confirm(context, `WARNING! This will remove ${what}.\nAre you sure you want to continue?`);
    const filters = [`dangling=${flags.all ? 'false' : 'true'}`, ...flags.filter].reduce(addFilter, {});
    const result = await context.client.call('ImagePrune', { query: { filters } });
    const lines = (result.ImagesDeleted ?? []).map(item =>
      item.Untagged ? `untagged: ${item.Untagged}` : `deleted: ${item.Deleted}`,
    );
    if (lines.length > 0) await context.print(`Deleted Images:\n${lines.join('\n')}\n\n`);
    await context.print(`Total reclaimed space: ${humanSize(result.SpaceReclaimed)}\n`);
    return 0;
  },
});
