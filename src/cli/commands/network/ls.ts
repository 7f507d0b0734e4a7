// `network ls`.

import type { Network } from '../../../api/types/networks.ts';
import { addFilter } from '../../../lib/filters.ts';
import { type GoStruct, goType } from '../../../lib/template/values.ts';
import { command } from '../../command.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { shortId } from '../../output/ellipsis.ts';
import { formatList } from '../../output/format-list.ts';
import { labelText } from '../../output/rows/container-row.ts';
import { filterFlag } from '../flags.ts';

const headers = {
  CreatedAt: 'CREATED AT',
  Driver: 'DRIVER',
  ID: 'NETWORK ID',
  IPv4: 'IPV4',
  IPv6: 'IPV6',
  Internal: 'INTERNAL',
  Labels: 'LABELS',
  Name: 'NAME',
  Scope: 'SCOPE',
};

export const listNetworks = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    filter: filterFlag('Show only what fits (e.g. "driver=bridge")'),
    format: string('Form of the output: table, table TEMPLATE, json, or a Go template'),
    'no-trunc': bool('Do not cut ids'),
    quiet: bool('Show ids only', { short: 'q' }),
  },
  async run(context, { flags }) {
    const filters = flags.filter.reduce(addFilter, {});
    const query = Object.keys(filters).length > 0 ? { filters } : {};
    const networks = await context.client.call('NetworkList', { query });
    const rows = [...networks]
      .sort((a, b) => (a.Name < b.Name ? -1 : 1))
      .map(network => networkRow(network, !flags['no-trunc']));
    const format = flags.format || (flags.quiet ? '{{.ID}}' : (context.config.networksFormat ?? ''));
    await context.print(
      formatList(rows, {
        format,
        table: '{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}',
        raw: 'network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n',
        headers,
      }),
    );
    return 0;
  },
});

function networkRow(network: Network, short: boolean): GoStruct {
  return {
    [goType]: '*formatter.networkContext',
    CreatedAt: () => goTime(network.Created),
    Driver: () => network.Driver,
    ID: () => (short ? shortId(network.Id) : network.Id),
    IPv4: () => String(network.EnableIPv4),
    IPv6: () => String(network.EnableIPv6),
    Internal: () => String(network.Internal),
    Label: (name: string) => network.Labels?.[name] ?? '',
    Labels: () => labelText(network.Labels),
    Name: () => network.Name,
    Scope: () => network.Scope,
  };
}

/** `2026-11-21 14:40:06.314 +0000 UTC`, as Go prints a time. */
const goTime = (text: string | undefined) => (text ?? '').replace('T', ' ').replace(/Z$/, ' +0000 UTC');
