// `logout`: forgets credentials.

import { command } from '../../command.ts';
import { describeFailure } from '../../context.ts';
import { openCredentials } from '../../credentials/registry-auth.ts';
import { hubKey, toHostname } from '../../credentials/registry-key.ts';
import { atMost } from '../../grammar/argument-rule.ts';

export const logout = command({
  usage: '[SERVER]',
  args: atMost(1),
  description: 'Log out from a registry.\nIf no server is specified, the default is defined by the daemon.',
  flags: {},
  async run(context, { args }) {
    const [server = ''] = args;
    const host = server === '' ? hubKey : toHostname(server);
    // Older programs kept them under the address as it was typed.
    const keys = server === '' ? [hubKey] : [...new Set([server, host, `http://${host}`, `https://${host}`])];
    await context.print(`Removing login credentials for ${host}\n`);
    const store = openCredentials(context);
    const failures: string[] = [];
    for (const key of keys) {
      await store.erase(key).catch(error => failures.push(`${key}: ${describeFailure(error)}`));
    }
    if (failures.length < keys.length) return 0;
    context.warn(`WARNING: could not erase credentials:\n${failures.join('\n')}`);
    return 0;
  },
});
