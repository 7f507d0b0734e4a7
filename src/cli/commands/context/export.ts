// `context export`.

import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { command } from '../../command.ts';
import { systemMessage } from '../../container-config/env.ts';
import { packContext } from '../../contexts/context-archive.ts';
import { checkContextName, defaultContext } from '../../contexts/context-store.ts';
import { loadContext } from '../../contexts/load-context.ts';
import { between } from '../../grammar/argument-rule.ts';

export const exportContext = command({
  usage: '[OPTIONS] CONTEXT [FILE|-]',
  args: between(1, 2),
  flags: {},
  async run(context, { args: [name = '', file = `${name}.dockercontext`] }) {
    if (name !== defaultContext) checkContextName(name);
    const { stdout, directory } = context.io;
    const archive = packContext(loadContext(context, name));
    if (file === '-') {
      if (stdout.isTerminal) throw new Error('cowardly refusing to export to a terminal, specify a file path');
      if (!stdout.write(archive)) await stdout.drained();
      return 0;
    }
    try {
      // It holds keys, and never takes the place of another file.
      writeFileSync(resolve(directory, file), archive, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      throw new Error(`open ${file}: ${systemMessage(error)}`, { cause: error });
    }
    context.warn(`Written file "${file}"`);
    return 0;
  },
});
