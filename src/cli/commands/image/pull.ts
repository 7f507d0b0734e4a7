// `pull`.

import { formatReference } from '../../../oci/reference.ts';
import { command } from '../../command.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { pullImage } from '../../images/pull-image.ts';
import { transferReference } from '../../images/transfer-reference.ts';
import { contentTrustFlag, defaultPlatform } from '../flags.ts';

export const pull = command({
  usage: '[OPTIONS] NAME[:TAG|@DIGEST]',
  args: exactly(1),
  flags: {
    'all-tags': bool('Download every tagged image of the repository', { short: 'a' }),
    'disable-content-trust': contentTrustFlag(),
    platform: string('Platform of a multi-platform image (os[/arch[/variant]])'),
    quiet: bool('Print the name only', { short: 'q' }),
  },
  async run(context, { flags, changed, args }) {
    const options = { all: flags['all-tags'], quiet: flags.quiet };
    const reference = await transferReference(context, args[0] ?? '', options);
    await pullImage(context, reference, {
      platform: changed('platform') ? flags.platform : defaultPlatform(context),
      output: flags.quiet ? undefined : context.io.stdout,
    });
    await context.print(`${formatReference(reference)}\n`);
    return 0;
  },
});
