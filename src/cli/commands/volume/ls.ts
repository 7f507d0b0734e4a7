// `volume ls`.

import type { Volume } from '../../../api/types/volumes.ts';
import { addFilter } from '../../../lib/filters.ts';
import { type GoStruct, goType } from '../../../lib/template/values.ts';
import { command } from '../../command.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { labelText } from '../../output/container-row.ts';
import { formatList } from '../../output/format-list.ts';
import { filterFlag } from '../flags.ts';

const headers = {
  Availability: 'AVAILABILITY',
  Driver: 'DRIVER',
  Group: 'GROUP',
  Labels: 'LABELS',
  Links: 'LINKS',
  Mountpoint: 'MOUNTPOINT',
  Name: 'VOLUME NAME',
  Scope: 'SCOPE',
  Size: 'SIZE',
  Status: 'STATUS',
};

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
        headers,
      }),
    );
    return 0;
  },
});

function volumeRow(volume: Volume): GoStruct {
  const unknown = () => 'N/A';
  return {
    [goType]: '*formatter.volumeContext',
    Availability: unknown,
    Driver: () => volume.Driver,
    Group: unknown,
    Label: (name: string) => volume.Labels?.[name] ?? '',
    Labels: () => labelText(volume.Labels),
    Links: () => (volume.UsageData ? String(volume.UsageData.RefCount) : 'N/A'),
    Mountpoint: () => volume.Mountpoint,
    Name: () => volume.Name,
    Scope: () => volume.Scope,
    Size: unknown,
    Status: unknown,
  };
}
