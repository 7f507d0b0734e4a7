// `attach`: the streams of a container that runs already.

import type { ContainerInspectResponse } from '../../../api/types/containers.ts';
import { command } from '../../command.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { runSession } from '../../session/attach-session.ts';
import { attachStream } from '../../session/attach-stream.ts';
import { checkTerminal, followSize, proxySignals } from '../../session/signals.ts';
import { beginWait } from '../../session/wait-exit.ts';

export const attach = command({
  usage: '[OPTIONS] CONTAINER',
  args: exactly(1),
  flags: {
    'detach-keys': string('Keys that leave the container running'),
    'no-stdin': bool('Do not attach standard input'),
    'sig-proxy': bool('Pass all signals on to the process', { initial: true }),
  },
  async run(context, { flags, args }) {
    const { client, io } = context;
    const container = await client.call('ContainerInspect', { path: { id: args[0]! } });
    checkState(container);
    const { Id: id } = container;
    const tty = Boolean(container.Config.Tty);
    const stdin = !flags['no-stdin'] && Boolean(container.Config.OpenStdin);
    checkTerminal(io, { stdin, tty });
    const detachKeys = flags['detach-keys'] || (context.config.detachKeys ?? '');
    const stopSignals = flags['sig-proxy'] && !tty ? proxySignals(io, client, id) : () => {};
    const exit = await beginWait(client, id, 'not-running');
    let stopSizes = () => {};
    try {
      const connection = await attachStream(client, id, { stdin, stdout: true, stderr: true, detachKeys });
      if (tty) stopSizes = followSize(io, size => client.call('ContainerResize', { path: { id }, query: size }));
      const ended = await runSession({ io, connection, tty, stdin, detachKeys });
      if (ended === 'detached') throw new Error('read escape sequence');
      return await exit.code;
    } finally {
      stopSignals();
      stopSizes();
      exit.cancel();
    }
  },
});

function checkState({ State }: ContainerInspectResponse): void {
  if (!State.Running) throw new Error('You cannot attach to a stopped container, start it first');
  if (State.Paused) throw new Error('You cannot attach to a paused container, unpause it first');
  if (State.Restarting) throw new Error('You cannot attach to a restarting container, wait until it is running');
}
