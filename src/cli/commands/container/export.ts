// `export`: a container's file system as a tar archive.

import { command } from '../../command.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { string } from '../../grammar/flag.ts';
import { openArchiveOutput } from '../../output/archive-output.ts';

export const exportContainer = command({
  usage: '[OPTIONS] CONTAINER',
  args: exactly(1),
  flags: { output: string('Write to a file, instead of standard output', { short: 'o' }) },
  async run(context, { flags, args: [id = ''] }) {
    const write = await openArchiveOutput(context.io, flags.output, 'failed to export container');
    const { body } = await context.client.stream('ContainerExport', { path: { id } });
    await write(body);
    return 0;
  },
});
