// `rmi`.

import { isFromDaemon } from '../../../client/index.ts';
import { errorKind } from '../../../lib/errors.ts';
import { command } from '../../command.ts';
import { describeFailure } from '../../context.ts';
import { ExitError } from '../../failure.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { bool, list } from '../../grammar/flag.ts';
import { parsePlatform } from '../../images/platform.ts';

export const removeImages = command({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  args: atLeast(1),
  flags: {
    force: bool('Remove it even if it is in use', { short: 'f' }),
    'no-prune': bool('Keep untagged parents'),
    platform: list('Remove only these platforms (os[/arch[/variant]])', { type: 'strings' }),
  },
  async run(context, { flags, args }) {
    const platforms = flags.platform.flatMap(text => text.split(',')).map(parsePlatform);
    const failures: string[] = [];
    let fatal = false;
    for (const name of args) {
      try {
        const items = await context.client.call('ImageDelete', {
          path: { name },
          query: {
            ...(flags.force && { force: true }),
            ...(flags['no-prune'] && { noprune: true }),
            ...(platforms.length > 0 && { platforms }),
          },
        });
        const lines = items.map(item => (item.Deleted ? `Deleted: ${item.Deleted}` : `Untagged: ${item.Untagged}`));
        await context.print(lines.map(line => `${line}\n`).join(''));
      } catch (error) {
        if (!(isFromDaemon(error) && errorKind(error) === 'not-found')) fatal = true;
        failures.push(describeFailure(error));
      }
    }
    if (failures.length === 0) return 0;
    if (!flags.force || fatal) throw new ExitError(1, failures.join('\n'));
    context.warn(failures.join('\n'));
    return 0;
  },
});
