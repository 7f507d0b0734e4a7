// `export`: a container's file system as a tar archive.

import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errorCode } from '../../../lib/errors.ts';
import { command } from '../../command.ts';
import { systemMessage } from '../../container-config/env.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { string } from '../../grammar/flag.ts';

export const exportContainer = command({
  usage: '[OPTIONS] CONTAINER',
  args: exactly(1),
  flags: { output: string('Write to a file, instead of standard output', { short: 'o' }) },
  async run(context, { flags, args: [id = ''] }) {
    const { client, io } = context;
    if (flags.output === '' && io.stdout.isTerminal) {
      throw new Error('cowardly refusing to save to a terminal. Use the -o flag or redirect');
    }
    const target = flags.output === '' ? undefined : resolve(io.directory, flags.output);
    if (target !== undefined) await checkTarget(target, flags.output);
    const { body } = await client.stream('ContainerExport', { path: { id } });
    if (target !== undefined) await writeWhole(target, body);
    else for await (const chunk of body) if (!io.stdout.write(chunk)) await io.stdout.drained();
    return 0;
  },
});

async function checkTarget(target: string, typed: string): Promise<void> {
  const refuse = (reason: string) => new Error(`failed to export container: ${reason}`);
  try {
    await stat(dirname(target));
  } catch (error) {
    throw refuse(`invalid output path: stat ${dirname(typed)}: ${systemMessage(error)}`);
  }
  try {
    if ((await stat(target)).isDirectory()) throw refuse('cannot write to a directory');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** Under another name until it is complete. */
async function writeWhole(target: string, body: AsyncIterable<Buffer>): Promise<void> {
  const temporary = `${target}.tmp-${process.pid}`;
  let file: FileHandle | undefined;
  try {
    file = await open(temporary, 'wx', 0o600);
    for await (const chunk of body) await file.writeFile(chunk);
    await file.close();
    await rename(temporary, target);
  } catch (error) {
    await file?.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}
