// `volume create`.

import { command } from '../../command.ts';
import { checkLabel, collectLabels } from '../../container-config/env.ts';
import { atMost } from '../../grammar/argument-rule.ts';
import { list, map, string } from '../../grammar/flag.ts';

export const createVolume = command({
  usage: '[OPTIONS] [VOLUME]',
  args: atMost(1),
  flags: {
    driver: string('Driver of the volume', { short: 'd', initial: 'local' }),
    label: list('Attach labels to the volume', { read: checkLabel }),
    name: string('Name of the volume', { hidden: true }),
    opt: map('Options of the driver', { short: 'o' }),
  },
  async run(context, { flags, args }) {
    if (flags.name && args[0])
      throw new Error('conflicting options: cannot specify a volume-name through both --name and as a positional arg');
    const volume = await context.client.call('VolumeCreate', {
      body: {
        ...((args[0] || flags.name) && { Name: args[0] || flags.name }),
        Driver: flags.driver,
        ...(Object.keys(flags.opt).length > 0 && { DriverOpts: flags.opt }),
        ...(flags.label.length > 0 && { Labels: collectLabels([], flags.label) }),
      },
    });
    await context.print(`${volume.Name}\n`);
    return 0;
  },
});
