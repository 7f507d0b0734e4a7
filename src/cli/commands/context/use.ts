// `context use`.

import { command } from '../../command.ts';
import { checkContextName, defaultContext } from '../../contexts/context-store.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { configFolder } from '../../host/client-config.ts';
import { editClientConfig } from '../../host/edit-config.ts';
import { hostVariable } from '../../host/resolve-host.ts';

export const useContext = command({
  usage: 'CONTEXT',
  args: exactly(1),
  flags: {},
  async run(context, { args: [name = ''] }) {
    if (name !== defaultContext) {
      checkContextName(name);
      context.contexts.read(name);
    }
    const folder = configFolder(context.io, context.options);
    editClientConfig(folder, 'currentContext', name === defaultContext ? undefined : name);
    await context.print(`${name}\n`);
    context.warn(`Current context is now "${name}"`);
    const variable = hostVariable(context.io);
    if (name !== defaultContext && variable) {
      context.warn(
        `Warning: ${variable} environment variable overrides the active context. To use "${name}", either set the global --context flag, or unset ${variable} environment variable.`,
      );
    }
    return 0;
  },
});
