// `context rm`.

import { command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { defaultContext } from '../../contexts/context-store.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { bool } from '../../grammar/flag.ts';
import { configFolder } from '../../host/client-config.ts';
import { editClientConfig } from '../../host/edit-config.ts';
import { forEach } from '../for-each.ts';

export const removeContexts = command({
  usage: 'CONTEXT [CONTEXT...]',
  args: atLeast(1),
  flags: { force: bool('Force the removal of a context in use', { short: 'f' }) },
  run: (context, { flags, args }) =>
    forEach(context, args, {}, async name => {
      removeOne(context, name, flags.force);
      return name;
    }),
});

function removeOne(context: Context, name: string, force: boolean): void {
  if (name === defaultContext) throw new Error('context "default" cannot be removed');
  if (!force && !context.contexts.exists(name)) throw new Error(`context "${name}" does not exist`);
  if (name === context.contextName && !force) {
    throw new Error(`context "${name}" is in use, set -f flag to force remove`);
  }
  if (context.config.currentContext === name) {
    editClientConfig(configFolder(context.io, context.options), 'currentContext', undefined);
  }
  context.contexts.remove(name);
}
