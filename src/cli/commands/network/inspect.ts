// `network inspect`.

import { command } from '../../command.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { bool } from '../../grammar/flag.ts';
import { inspectAll } from '../../output/inspect.ts';
import { formatFlag } from '../flags.ts';

export const inspectNetworks = command({
  usage: '[OPTIONS] NETWORK [NETWORK...]',
  args: atLeast(1),
  flags: { format: formatFlag(), verbose: bool('Say more, for diagnostics', { short: 'v' }) },
  run: (context, { flags, args }) =>
    inspectAll(context, args, flags.format, id =>
      context.client.call('NetworkInspect', { path: { id }, query: flags.verbose ? { verbose: true } : {} }),
    ),
});
