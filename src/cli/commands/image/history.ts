// `history`.

import { command } from '../../command.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { readPlatformFlag } from '../../images/platform.ts';
import { formatList } from '../../output/format-list.ts';
import { historyHeaders, historyRow } from '../../output/rows/history-row.ts';

export const history = command({
  usage: '[OPTIONS] IMAGE',
  args: exactly(1),
  flags: {
    format: string('Form of the output: table, table TEMPLATE, json, or a Go template'),
    human: bool('Sizes and times as people say them', { short: 'H', initial: true }),
    'no-trunc': bool('Do not shorten the output'),
    platform: string('Platform of a multi-platform image (os[/arch[/variant]])'),
    quiet: bool('Show IDs only', { short: 'q' }),
  },
  async run(context, { flags, args }) {
    const platform = readPlatformFlag(flags.platform);
    const query = platform ? { platform } : {};
    const items = await context.client.call('ImageHistory', { path: { name: args[0] ?? '' }, query });
    const options = { truncate: !flags['no-trunc'], human: flags.human, now: Date.now() };
    const created = flags.human ? '{{.CreatedSince}}' : '{{.CreatedAt}}';
    await context.print(
      formatList(
        items.map(item => historyRow(item, options)),
        {
          format: flags.format || (flags.quiet ? '{{.ID}}' : ''),
          table: `{{.ID}}\t${created}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}`,
          headers: historyHeaders,
        },
      ),
    );
    return 0;
  },
});
