// `save`: images as a tar archive.

import { command } from '../../command.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { string } from '../../grammar/flag.ts';
import { readPlatformFlag } from '../../images/platform.ts';
import { openArchiveOutput } from '../../output/archive-output.ts';

export const save = command({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  args: atLeast(1),
  flags: {
    output: string('Write to this file instead of standard output', { short: 'o' }),
    platform: string('Save this platform only ("os[/arch[/variant]]")'),
  },
  async run(context, { flags, args }) {
    const platform = readPlatformFlag(flags.platform);
    const write = await openArchiveOutput(context.io, flags.output, 'failed to save image');
    const query = { names: [...args], ...(platform && { platform: [platform] }) };
    const { body } = await context.client.stream('ImageGetAll', { query });
    await write(body);
    return 0;
  },
});
