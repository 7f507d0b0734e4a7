// `images`.

import { addFilter, type Filters } from '../../../lib/filters.ts';
import { command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { atMost } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { formatTree } from '../../image-tree/print-tree.ts';
import { treeView } from '../../image-tree/tree-view.ts';
import { formatList, usesField } from '../../output/format-list.ts';
import { imageHeaders, imageRows } from '../../output/rows/image-row.ts';
import { filterFlag } from '../flags.ts';

// What Docker takes where there is no terminal to ask.
const unknownWidth = 80;

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
    tree: bool('Show multi-platform images as a tree'),
  },
  async run(context, { flags, args }) {
    const format = flags.format || (flags.quiet ? '' : (context.config.imagesFormat ?? ''));
    let filters: Filters = flags.filter.reduce(addFilter, {});
    if (args[0]) filters = addFilter(filters, `reference=${args[0]}`);
    const query = { ...(flags.all && { all: true }), ...(Object.keys(filters).length > 0 && { filters }) };
    if (flags.tree) {
      checkTree(flags);
      return await printTree(context, query);
    }
    const images = await context.client.call('ImageList', { query });
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

type Query = { all?: boolean; filters?: Filters };

async function printTree(context: Context, query: Query): Promise<number> {
  const { stdout } = context.io;
  const images = await context.client.call('ImageList', { query: { ...query, manifests: true } });
  const view = treeView(images, { all: query.all ?? false });
  await context.print(
    formatTree(view, { isTerminal: stdout.isTerminal, columns: stdout.size()?.columns || unknownWidth }),
  );
  return 0;
}

/** Throws a plain Error for what a tree cannot show. */
function checkTree(flags: { quiet: boolean; 'no-trunc': boolean; digests: boolean; format: string }): void {
  const unfit = [
    flags.quiet && '--quiet',
    flags['no-trunc'] && '--no-trunc',
    flags.digests && '--show-digest',
    flags.format && '--format',
  ].find(Boolean);
  if (unfit) throw new Error(`${unfit} is not yet supported with --tree`);
}
