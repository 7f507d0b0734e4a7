// `system df`.

import { goType } from '../../../lib/template/values.ts';
import { command } from '../../command.ts';
import { detailRows, detailTables } from '../../disk-usage/detail-rows.ts';
import { summaryHeaders, summaryRows } from '../../disk-usage/summary-rows.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { formatList } from '../../output/format-list.ts';

const table = '{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}';

export const df = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    format: string('Form of the output: table, table TEMPLATE, json, or a Go template'),
    verbose: bool('Show every image, container, volume and cache record', { short: 'v' }),
  },
  async run(context, { flags: { format, verbose } }) {
    const usage = await context.client.call('SystemDataUsage');
    if (!verbose) {
      await context.print(formatList(summaryRows(usage), { format, table, headers: summaryHeaders }));
      return 0;
    }
    const now = Date.now();
    if (['', 'table'].includes(format)) await context.print(detailTables(usage, now));
    else {
      const details = { ...detailRows(usage, { truncate: false, now }), [goType]: '*formatter.diskUsageContext' };
      const text = formatList([details], { format, table: '', headers: {} }).replace(/\n$/, '');
      await context.print(format === 'json' ? escapeHtml(text) : text);
    }
    return 0;
  },
});

/** As Go's encoder does with what is inside of something else. */
function escapeHtml(json: string): string {
  return json.replace(/[<>&]/g, character => `\\u00${character.charCodeAt(0).toString(16)}`);
}
