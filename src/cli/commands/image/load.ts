// `load`.

import { command } from '../../command.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { parsePlatform } from '../../images/platform.ts';
import { readFile, readStdin } from '../../images/read-input.ts';
import { showProgress } from '../../output/progress.ts';

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
    const body = flags.input ? readFile(flags.input) : readStdin(io, 'requested load from stdin, but stdin is empty');
    const stream = await context.client.stream('ImageLoad', {
      query: {
        quiet: flags.quiet || !io.stdout.isTerminal,
        ...(flags.platform && { platform: [parsePlatform(flags.platform)] }),
      },
      body,
    });
    await showProgress(context, stream.lines());
    return 0;
  },
});
