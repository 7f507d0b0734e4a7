// `ps`.

import { addFilter } from '../../../lib/filters.ts';
import { command } from '../../command.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { int } from '../../grammar/number-flags.ts';
import { checkListFormat, formatList, usesField } from '../../output/format-list.ts';
import { containerHeaders, containerRow, emptyContainer } from '../../output/rows/container-row.ts';
import { filterFlag } from '../flags.ts';

const table = '{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}';
const raw =
  'container_id: {{.ID}}\nimage: {{.Image}}\ncommand: {{.Command}}\ncreated_at: {{.CreatedAt}}\nstate: {{- pad .State 1 0}}\n' +
  'status: {{- pad .Status 1 0}}\nnames: {{.Names}}\nlabels: {{- pad .Labels 1 0}}\nports: {{- pad .Ports 1 0}}\n';

export const listContainers = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    all: bool('Show all containers (only running ones by default)', { short: 'a' }),
    filter: filterFlag(),
    format: string('Form of the output: table, table TEMPLATE, json, or a Go template'),
    last: int('Show the n newest containers, whatever their state', { short: 'n', initial: -1 }),
    latest: bool('Show the newest container, whatever its state', { short: 'l' }),
    'no-trunc': bool('Do not shorten the output'),
    quiet: bool('Show IDs only', { short: 'q' }),
    size: bool('Show sizes', { short: 's' }),
  },
  async run(context, { flags, changed, args: _args }) {
    const format = flags.format || (flags.quiet ? '' : (context.config.psFormat ?? ''));
    if (flags.quiet && flags.format)
      context.warn('WARNING: Ignoring custom format, because both --format and --quiet are set.');
    checkListFormat(format, containerRow(emptyContainer, { truncate: true, now: 0 }));
    const limit = flags.latest && flags.last < 0 ? 1 : flags.last;
    const size = changed('size') ? flags.size : usesField(format, 'Size');
    const filters = flags.filter.reduce(addFilter, {});
    const containers = await context.client.call('ContainerList', {
      query: {
        ...(flags.all && { all: true }),
        ...(limit > 0 && { limit }),
        ...(size && { size: true }),
        ...(Object.keys(filters).length > 0 && { filters }),
      },
    });
    const now = Date.now();
    const rows = containers.map(container => containerRow(container, { truncate: !flags['no-trunc'], now }));
    const defaultTable = flags.size ? `${table}\t{{.Size}}` : table;
    await context.print(
      formatList(rows, {
        format: flags.quiet ? '{{.ID}}' : format,
        table: defaultTable,
        raw,
        headers: containerHeaders,
      }),
    );
    return 0;
  },
});
