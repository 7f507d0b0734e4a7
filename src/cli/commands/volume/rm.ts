// `volume rm`.

import { command } from '../../command.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { bool } from '../../grammar/flag.ts';
import { forEach } from '../for-each.ts';

export const removeVolumes = command({
  usage: '[OPTIONS] VOLUME [VOLUME...]',
  args: atLeast(1),
  flags: { force: bool('Do not mind volumes that are not there', { short: 'f' }) },
  run: (context, { flags, args }) =>
    forEach(context, args, {}, async name => {
      await context.client.call('VolumeDelete', { path: { name }, query: flags.force ? { force: true } : {} });
      return name;
    }),
});
