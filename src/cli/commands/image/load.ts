// `load`.

import { command } from '../../command.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { readPlatformFlag } from '../../images/platform.ts';
import { readStdin, uploadFile } from '../../images/read-input.ts';
import { showProgress } from '../../progress/show-progress.ts';

export const load = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    input: string('Read from this archive instead of standard input', { short: 'i' }),
    platform: string('Load this platform only ("os[/arch[/variant]]")'),
    quiet: bool('Do not show progress', { short: 'q' }),
  },
  async run(context, { flags }) {
    const { io } = context;
    const platform = readPlatformFlag(flags.platform);
    const body = flags.input ? uploadFile(flags.input) : readStdin(io, 'requested load from stdin, but stdin is empty');
    const stream = await context.client.stream('ImageLoad', {
      query: {
        quiet: flags.quiet || !io.stdout.isTerminal,
        ...(platform && { platform: [platform] }),
      },
      body,
    });
    await showProgress(stream.lines(), { output: io.stdout });
    return 0;
  },
});
