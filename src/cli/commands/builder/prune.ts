// `builder prune` and `buildx prune`: what the build cache holds is removed.

import { connectBuildkit } from '../../../client/index.ts';
import { addFilter } from '../../../lib/filters.ts';
import { parseDuration } from '../../../lib/text/duration.ts';
import { humanSize } from '../../../lib/text/units.ts';
import { usageDetails, usageTable } from '../../build/usage-rows.ts';
import { command } from '../../command.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { bool, list } from '../../grammar/flag.ts';
import { bytes } from '../../grammar/number-flags.ts';
import { confirm } from '../confirm.ts';
import { builderFlag } from './build-flags.ts';
import { checkBuilder } from './check-builder.ts';

const limits = {
  all: bool('Remove everything nothing uses, not only what no image has', { short: 'a' }),
  filter: list<string>('Remove only what fits (e.g. "until=24h")', { type: 'filter' }),
  force: bool('Do not ask', { short: 'f' }),
};

function question(all: boolean): string {
  const what = all ? 'all build cache' : 'all dangling build cache';
  return `WARNING! This will remove ${what}. Are you sure you want to continue?`;
}

/** Docker's own: by the Engine API. */
export const pruneBuilder = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: { ...limits, builder: builderFlag(), 'keep-storage': bytes('Keep as much of the cache') },
  async run(context, { flags }) {
    checkBuilder(flags.builder, context);
    if (!flags.force) await confirm(context, question(flags.all));
    const filters = flags.filter.reduce(addFilter, {});
    const query = {
      all: flags.all,
      filters,
      ...(flags['keep-storage'] > 0 && { 'keep-storage': flags['keep-storage'] }),
    };
    const { CachesDeleted, SpaceReclaimed } = await context.client.call('BuildPrune', { query });
    if (CachesDeleted?.length) await context.print(`Deleted build cache objects:\n${CachesDeleted.join('\n')}\n\n`);
    await context.print(`Total reclaimed space: ${humanSize(SpaceReclaimed)}\n`);
    return 0;
  },
});

/** buildx's: by BuildKit's protocol, which tells what goes as it goes. */
export const pruneBuildx = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    ...limits,
    builder: builderFlag(),
    'keep-storage': bytes('The older name of --reserved-space', { hidden: true }),
    'max-used-space': bytes('Keep no more than this of the cache'),
    'min-free-space': bytes('Remove until so much of the disk is free'),
    'reserved-space': bytes('Keep at least so much of the cache'),
    verbose: bool('Show all that is known of each record'),
  },
  async run(context, { flags }) {
    checkBuilder(flags.builder, context);
    if (!flags.force) await confirm(context, question(flags.all));
    using buildkit = await connectBuildkit(context.client);
    const age = flags.filter.find(text => /^(?:until|unused-for)=/.test(text));
    const removed = [];
    const request = {
      all: flags.all,
      filter: flags.filter.filter(text => text !== age).map(text => text.replace(/^([\w.-]+)=(?!=)/, '$1==')),
      keepDuration: age ? parseDuration(age.slice(age.indexOf('=') + 1)) : 0,
      maxUsedSpace: flags['max-used-space'],
      minFreeSpace: flags['min-free-space'],
      reservedSpace: flags['reserved-space'] || flags['keep-storage'],
    };
    for await (const record of buildkit.prune(request)) removed.push(record);
    const lines = removed.length === 0 ? [] : flags.verbose ? usageDetails(removed) : usageTable(removed);
    const total = removed.reduce((sum, { size }) => sum + size, 0);
    await context.print([...lines, `Total:\t${humanSize(total)}`, ''].join('\n'));
    return 0;
  },
});
