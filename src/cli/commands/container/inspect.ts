// `container inspect`.

import { command } from '../../command.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { bool } from '../../grammar/flag.ts';
import { inspectAll } from '../../output/inspect.ts';
import { formatFlag } from '../flags.ts';

export const inspectContainers = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  args: atLeast(1),
  flags: { format: formatFlag(), size: bool('Show total sizes', { short: 's' }) },
  run: (context, { flags, args }) =>
    inspectAll(context, args, flags.format, id =>
      context.client.call('ContainerInspect', { path: { id }, query: flags.size ? { size: true } : {} }),
    ),
});
