// `images`.

import { addFilter, type Filters } from '../../../lib/filters.ts';
import { command } from '../../command.ts';
import { atMost } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { formatList, usesField } from '../../output/format-list.ts';
import { imageHeaders, imageRows } from '../../output/image-row.ts';
import { filterFlag } from '../flags.ts';

const table = '{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}';
const digestTable = '{{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}';
const raw =
  'repository: {{.Repository}}\ntag: {{.Tag}}\nimage_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n';

export const listImages = command({
  usage: '[OPTIONS] [REPOSITORY[:TAG]]',
  args: atMost(1),
  flags: {
    all: bool('Show all images (those in between are hidden by default)', { short: 'a' }),
    digests: bool('Show digests'),
    filter: filterFlag(),
    format: string('Form of the output: table, table TEMPLATE, json, or a Go template'),
    'no-trunc': bool('Do not shorten the output'),
    quiet: bool('Show IDs only', { short: 'q' }),
  },
  async run(context, { flags, args }) {
    const format = flags.format || (flags.quiet ? '' : (context.config.imagesFormat ?? ''));
    let filters: Filters = flags.filter.reduce(addFilter, {});
    if (args[0]) filters = addFilter(filters, `reference=${args[0]}`);
    const images = await context.client.call('ImageList', {
      query: { ...(flags.all && { all: true }), ...(Object.keys(filters).length > 0 && { filters }) },
    });
    const digests = flags.digests || usesField(format, 'Digest');
    const options = { truncate: !flags['no-trunc'], digests, now: Date.now() };
    const rows = images.flatMap(image => imageRows(image, options));
    await context.print(
      formatList(rows, {
        format: flags.quiet && !flags.format ? '{{.ID}}' : format,
        table: flags.digests ? digestTable : table,
        raw,
        headers: imageHeaders,
      }),
    );
    return 0;
  },
});
