// `system dial-stdio`: standard input and output joined to the daemon's socket, for a client that came by ssh.

import { openConnection, readTlsFiles } from '../../../client/index.ts';
import { drained } from '../../../lib/streams/drained.ts';
import { command } from '../../command.ts';
import { noArguments } from '../../grammar/argument-rule.ts';

export const dialStdio = command({
  usage: '',
  args: noArguments,
  flags: {},
  async run(context) {
    const { io, tls } = context;
    const connection = await openConnection(context.host, tls && readTlsFiles(tls));
    const upwards = (async () => {
      for await (const chunk of io.stdin.read()) if (!connection.write(chunk)) await drained(connection);
      connection.end();
    })();
    // Awaited below, when the daemon has said all.
    upwards.catch(() => {});
    // The daemon's end is the end: a client that is gone sends nothing more.
    for await (const chunk of connection) if (!io.stdout.write(chunk as Buffer)) await io.stdout.drained();
    io.stdin.stop();
    await upwards;
    return 0;
  },
});
