// `volume ls`.

import { addFilter } from '../../../lib/filters.ts';
import { command } from '../../command.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { formatList } from '../../output/format-list.ts';
import { volumeHeaders, volumeRow } from '../../output/rows/volume-row.ts';
import { filterFlag } from '../flags.ts';

export const listVolumes = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    filter: filterFlag(),
    format: string('Form of the output: table, table TEMPLATE, json, or a Go template'),
    quiet: bool('Show names only', { short: 'q' }),
  },
  async run(context, { flags }) {
    const filters = flags.filter.reduce(addFilter, {});
    const query = Object.keys(filters).length > 0 ? { filters } : {};
    const { Volumes } = await context.client.call('VolumeList', { query });
    const rows = [...(Volumes ?? [])].sort((a, b) => (a.Name < b.Name ? -1 : 1)).map(volumeRow);
    const format = flags.format || (flags.quiet ? '{{.Name}}' : (context.config.volumesFormat ?? ''));
    await context.print(
      formatList(rows, {
        format,
        table: '{{.Driver}}\t{{.Name}}',
        raw: 'name: {{.Name}}\ndriver: {{.Driver}}\n',
        headers: volumeHeaders,
      }),
    );
    return 0;
  },
});
