// `volume inspect`.

import { command } from '../../command.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { inspectAll } from '../../output/inspect.ts';
import { formatFlag } from '../flags.ts';

export const inspectVolumes = command({
  usage: '[OPTIONS] VOLUME [VOLUME...]',
  args: atLeast(1),
  flags: { format: formatFlag() },
  run: (context, { flags, args }) =>
    inspectAll(context, args, flags.format, name => context.client.call('VolumeInspect', { path: { name } })),
});
