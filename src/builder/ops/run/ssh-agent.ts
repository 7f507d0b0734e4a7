// A socket in a step behind which the client's SSH agent answers.
import { chmodSync, chownSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Listens at `path` until disposed; each connection is one to the agent. */
export async function listenForAgent(
  path: string,
  o: { mode: number; uid: number; gid: number; connect: () => Promise<Duplex | undefined> },
): Promise<AsyncDisposable> {
  const open = new Set<Socket>();
  const server = createServer(socket => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    void join(socket, o.connect);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  try {
    chownSync(path, o.uid, o.gid);
    chmodSync(path, o.mode);
  } catch (error) {
    server.close();
    throw error;
  }
  return {
    [Symbol.asyncDispose]: () => {
      for (const socket of open) socket.destroy();
      return new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}

async function join(socket: Socket, connect: () => Promise<Duplex | undefined>): Promise<void> {
  try {
    const agent = await connect();
    if (!agent || socket.destroyed) {
      agent?.destroy();
      socket.destroy();
      return;
    }
    agent.on('error', () => socket.destroy());
    agent.on('close', () => socket.destroy());
    socket.on('close', () => agent.destroy());
    socket.pipe(agent).pipe(socket);
  } catch {
    // The step sees an agent that hangs up.
    socket.destroy();
  }
}
