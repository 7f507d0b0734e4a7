// `context import`.

import { resolve } from 'node:path';
import { command } from '../../command.ts';
import { unpackContext } from '../../contexts/context-archive.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { readFile } from '../../images/read-input.ts';
import { checkNewName } from './create.ts';

export const importContext = command({
  usage: 'CONTEXT FILE|-',
  args: exactly(2),
  flags: {},
  async run(context, { args: [name = '', file = ''] }) {
    checkNewName(context, name);
    const source = file === '-' ? context.io.stdin.read() : readFile(resolve(context.io.directory, file));
    const { metadata, tls } = await unpackContext(source);
    context.contexts.write({ ...metadata, Name: name }, tls);
    await context.print(`${name}\n`);
    context.warn(`Successfully imported context "${name}"`);
    return 0;
  },
});
