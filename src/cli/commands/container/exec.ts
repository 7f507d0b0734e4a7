// `exec`: another process in a running container.

import type { ExecConfig } from '../../../api/types/exec.ts';
import { parseDetachKeys } from '../../../lib/text/detach-keys.ts';
import { command } from '../../command.ts';
import { checkEnv, collectEnv } from '../../container-config/env.ts';
import type { Context } from '../../context.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { bool, list, string } from '../../grammar/flag.ts';
import { runSession } from '../../session/attach-session.ts';
import { checkTerminal, followSize } from '../../session/signals.ts';

export const exec = command({
  usage: '[OPTIONS] CONTAINER COMMAND [ARG...]',
  args: atLeast(2),
  interspersed: false,
  flags: {
    detach: bool('Run the command in the background', { short: 'd' }),
    'detach-keys': string('Keys that leave the command running'),
    env: list('Set environment variables', { short: 'e', read: checkEnv }),
    'env-file': list('Read environment variables from a file'),
    interactive: bool('Keep standard input open even if not attached', { short: 'i' }),
    privileged: bool('Give the command all rights'),
    tty: bool('Give the command a terminal', { short: 't' }),
    user: string('User name or number (format: <name|uid>[:<group|gid>])', { short: 'u' }),
    workdir: string('Working directory inside the container', { short: 'w' }),
  },
  async run(context, { flags, args }) {
    const [id = '', ...words] = args;
    const { client, io } = context;
    const detachKeys = flags['detach-keys'] || (context.config.detachKeys ?? '');
    const size = io.stdout.size();
    const consoleSize: [number, number] | undefined = flags.tty && size ? [size.rows, size.columns] : undefined;
    const attached = !flags.detach;
    const body: ExecConfig = {
      User: flags.user,
      Privileged: flags.privileged,
      Tty: flags.tty,
      ...(consoleSize && { ConsoleSize: consoleSize }),
      AttachStdin: attached && flags.interactive,
      AttachStderr: attached,
      AttachStdout: attached,
      DetachKeys: detachKeys,
      Env: collectEnv(flags['env-file'], flags.env, io.environment),
      WorkingDir: flags.workdir,
      Cmd: words,
    };
    parseDetachKeys(detachKeys);
    if (attached) checkTerminal(io, { stdin: flags.interactive, tty: flags.tty });
    const { Id: execId } = await client.call('ContainerExec', { path: { id }, body });
    const start = { Detach: flags.detach, Tty: flags.tty, ...(consoleSize && { ConsoleSize: consoleSize }) };
    if (flags.detach) {
      const stream = await client.stream('ExecStart', { path: { id: execId }, body: start });
      stream.close();
      return 0;
    }
    return await runAttached(context, execId, { start, detachKeys, stdin: flags.interactive });
  },
});

interface AttachedExec {
  start: { Detach: boolean; Tty: boolean };
  detachKeys: string;
  stdin: boolean;
}

async function runAttached(context: Context, execId: string, exec: AttachedExec): Promise<number> {
  const { client, io } = context;
  const tty = exec.start.Tty;
  const connection = await client.hijack('ExecStart', { path: { id: execId }, body: exec.start });
  const stopSizes = tty
    ? followSize(io, size => client.call('ExecResize', { path: { id: execId }, query: size }))
    : () => {};
  try {
    const ended = await runSession({
      io,
      connection,
      tty,
      stdin: exec.stdin,
      detachKeys: exec.detachKeys,
    });
    if (ended === 'detached') throw new Error('read escape sequence');
  } finally {
    stopSizes();
  }
  const { ExitCode } = await client.call('ExecInspect', { path: { id: execId } });
  return ExitCode ?? 0;
}
