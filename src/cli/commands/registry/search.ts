// `search`: images of a registry by a word.

import { addFilter } from '../../../lib/filters.ts';
import { command } from '../../command.ts';
import { withLogin } from '../../credentials/with-login.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { int } from '../../grammar/number-flags.ts';
import { formatList } from '../../output/format-list.ts';
import { searchHeaders, searchRow } from '../../output/rows/search-row.ts';
import { filterFlag } from '../flags.ts';

const table = '{{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}';

export const search = command({
  usage: '[OPTIONS] TERM',
  args: exactly(1),
  flags: {
    filter: filterFlag(),
    format: string('Form of the output: table, table TEMPLATE, json, or a Go template'),
    limit: int('Show at most so many'),
    'no-trunc': bool('Do not shorten the output'),
  },
  async run(context, { flags, args }) {
    const [term = ''] = args;
    const filters = flags.filter.reduce(addFilter, {});
    if ('is-automated' in filters) {
      context.warn(
        'WARNING: the "is-automated" filter is deprecated, and searching for "is-automated=true" will not yield any results in future.',
      );
    }
    const query = {
      term,
      ...(flags.limit > 0 && { limit: flags.limit }),
      ...(flags.filter.length > 0 && { filters }),
    };
    const results = await withLogin(context, { domain: searchDomain(term), verb: 'search' }, headers =>
      context.client.call('ImageSearch', { query, headers }),
    );
    const asJson = /^\s*json\s*$|\{\{-?\s*json\s+\.\s*-?\}\}/.test(flags.format);
    const rows = results.map(result => searchRow(result, { truncate: !flags['no-trunc'], asJson }));
    await context.print(formatList(rows, { format: flags.format, table, headers: searchHeaders }));
    return 0;
  },
});

/** The registry a search is for: `host:5000/word` names one, a bare word means Docker Hub. */
function searchDomain(term: string): string {
  const slash = term.indexOf('/');
  const first = term.slice(0, Math.max(slash, 0));
  return /[.:]/.test(first) || first === 'localhost' ? first : 'docker.io';
}
