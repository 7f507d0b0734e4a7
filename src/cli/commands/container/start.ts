// `start`: several in the background, or one with its streams.

import { command } from '../../command.ts';
import { type Context, describeFailure } from '../../context.ts';
import { ExitError } from '../../failure.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { bool, type FlagValues, string } from '../../grammar/flag.ts';
import { runSession } from '../../session/attach-session.ts';
import { attachStream } from '../../session/attach-stream.ts';
import { followSize, proxySignals } from '../../session/signals.ts';
import { beginWait } from '../../session/wait-exit.ts';

const startFlags = () => ({
  attach: bool('Attach output and error, and pass signals on', { short: 'a' }),
  checkpoint: string('Start from this checkpoint', { hidden: true }),
  'checkpoint-dir': string('Where checkpoints are kept', { hidden: true }),
  'detach-keys': string('Keys that leave the container running'),
  interactive: bool('Attach standard input', { short: 'i' }),
});

export const start = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  args: atLeast(1),
  flags: startFlags(),
  run: (context, { flags, args }) => {
    if (!flags.attach && !flags.interactive) return startAll(context, args);
    if (args.length > 1) throw new Error('you cannot start and attach multiple containers at once');
    return startAttached(context, args[0]!, flags);
  },
});

async function startAll(context: Context, ids: string[]): Promise<number> {
  const failed: string[] = [];
  for (const id of ids) {
    try {
      await context.client.call('ContainerStart', { path: { id } });
      await context.print(`${id}\n`);
    } catch (error) {
      context.warn(describeFailure(error));
      failed.push(id);
    }
  }
  if (failed.length > 0) throw new ExitError(1, `Error: failed to start containers: ${failed.join(', ')}`);
  return 0;
}

async function startAttached(
  context: Context,
  name: string,
  flags: FlagValues<ReturnType<typeof startFlags>>,
): Promise<number> {
  const { client, io } = context;
  const { Id: id, Config: config, HostConfig: host } = await client.call('ContainerInspect', { path: { id: name } });
  const tty = Boolean(config.Tty);
  const stdin = flags.interactive && Boolean(config.OpenStdin);
  const detachKeys = flags['detach-keys'] || (context.config.detachKeys ?? '');
  const stopSignals = tty ? () => {} : proxySignals(io, client, id);
  const connection = await attachStream(client, id, { stdin, stdout: true, stderr: true, detachKeys });
  const exit = await beginWait(client, id, host.AutoRemove ? 'removed' : 'next-exit');
  const ended = runSession({ io, connection, tty, stdin, detachKeys });
  ended.catch(() => {});
  let stopSizes = () => {};
  try {
    await client.call('ContainerStart', { path: { id } });
    if (tty) stopSizes = followSize(io, size => client.call('ContainerResize', { path: { id }, query: size }));
    if ((await ended) === 'detached') return 0;
    return await exit.code;
  } catch (error) {
    connection.socket.destroy();
    throw error;
  } finally {
    stopSignals();
    stopSizes();
    exit.cancel();
  }
}
