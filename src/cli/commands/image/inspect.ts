// `image inspect`.

import { command } from '../../command.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { string } from '../../grammar/flag.ts';
import { parsePlatform } from '../../images/platform.ts';
import { inspectAll } from '../../output/inspect.ts';
import { formatFlag } from '../flags.ts';

export const inspectImages = command({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  args: atLeast(1),
  flags: { format: formatFlag(), platform: string('Platform of a multi-platform image (os[/arch[/variant]])') },
  run: (context, { flags, args }) => {
    const platform = flags.platform ? parsePlatform(flags.platform) : undefined;
    const query = platform ? { platform } : {};
    return inspectAll(context, args, flags.format, name =>
      context.client.call('ImageInspect', { path: { name }, query }),
    );
  },
});
