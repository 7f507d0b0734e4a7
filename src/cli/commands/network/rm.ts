// `network rm`.

import { errorKind } from '../../../lib/errors.ts';
import { command } from '../../command.ts';
import { ExitError } from '../../failure.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { bool } from '../../grammar/flag.ts';
import { forEach } from '../for-each.ts';

export const removeNetworks = command({
  usage: 'NETWORK [NETWORK...]',
  args: atLeast(1),
  flags: { force: bool('A network that is not there is no error', { short: 'f' }) },
  async run(context, { flags, args }) {
    const forgive = (error: unknown) => flags.force && errorKind(error) === 'not-found';
    const code = await forEach(context, args, { forgive }, async id => {
      await context.client.call('NetworkDelete', { path: { id } });
      return id;
    });
    // Docker's own last word.
    if (code !== 0) throw new ExitError(code, `exit status ${code}`);
    return code;
  },
});
