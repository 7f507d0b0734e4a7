// `import`: a file system archive as an image.

import { parseReference } from '../../../oci/reference.ts';
import { command } from '../../command.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { list, string } from '../../grammar/flag.ts';
import { readStdin, uploadFile } from '../../images/read-input.ts';
import { showProgress } from '../../progress/show-progress.ts';
import { defaultPlatform } from '../flags.ts';

export const importImage = command({
  usage: '[OPTIONS] file|URL|- [REPOSITORY[:TAG]]',
  args: atLeast(1),
  flags: {
    change: list('Apply a Dockerfile instruction to the image', { short: 'c' }),
    message: string('Message of the commit', { short: 'm' }),
    platform: string('Set the platform if the server is multi-platform capable'),
  },
  async run(context, { flags, args }) {
    const [source = '', reference] = args;
    const platform = flags.platform || defaultPlatform(context);
    const remote = /^https?:\/\//.test(source);
    const body = remote
      ? undefined
      : source === '-'
        ? readStdin(context.io, 'requested import from stdin, but stdin is a terminal')
        : uploadFile(source);
    if (reference) parseReference(reference);
    const stream = await context.client.stream('ImageCreate', {
      query: {
        fromSrc: remote ? source : '-',
        ...(reference && { repo: reference }),
        ...(flags.message && { message: flags.message }),
        ...(flags.change.length > 0 && { changes: [...flags.change] }),
        ...(platform && { platform: platform.toLowerCase() }),
      },
      body,
    });
    await showProgress(stream.lines(), { output: context.io.stdout });
    return 0;
  },
});
