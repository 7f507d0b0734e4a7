// SSH agents of the user, to which steps of a build are connected.
import { connect, type Socket } from 'node:net';
import { bytesMessage, checkAgentRequest, checkAgentResponse } from '../../../api/buildkit/callbacks.ts';
import { decode, encode } from '../../../api/buildkit/message.ts';
import type { GrpcHandler, ServerCall } from '../../../lib/grpc/server.ts';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';
import { ownEntry } from '../../../lib/own-entry.ts';
import { drained } from '../../../lib/streams/drained.ts';

/** Answers BuildKit's SSH service; `agents` are sockets by id. */
export function agentMethods(agents: Readonly<Record<string, string>>): Record<string, GrpcHandler> {
  const socketOf = (id: string) => {
    const path = ownEntry(agents, id || 'default');
    if (path === undefined) throw new GrpcError(grpcCodes.notFound, `unset ssh forward key ${id || 'default'}`);
    return path;
  };
  return {
    '/moby.sshforward.v1.SSH/CheckAgent': async call => {
      socketOf(decode(checkAgentRequest, await call.first()).id);
      await call.send(encode(checkAgentResponse, {}));
    },
    '/moby.sshforward.v1.SSH/ForwardAgent': call =>
      forward(call, socketOf(String(call.metadata['buildkit.ssh.id'] ?? ''))),
  };
}

/** Until either side ends. */
async function forward(call: ServerCall, path: string): Promise<void> {
  const socket = connect(path);
  call.signal.addEventListener('abort', () => socket.destroy(), { once: true });
  try {
    await Promise.race([Promise.all([toAgent(call, socket), fromAgent(call, socket)]), closed(socket)]);
  } finally {
    socket.destroy();
  }
}

async function toAgent(call: ServerCall, socket: Socket): Promise<void> {
  for await (const message of call.messages()) {
    if (!socket.write(decode(bytesMessage, message).data)) await drained(socket);
  }
  socket.end();
}

async function fromAgent(call: ServerCall, socket: Socket): Promise<void> {
  for await (const data of socket) await call.send(encode(bytesMessage, { data: data as Buffer }));
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('close', () => resolve());
    socket.once('error', reject);
  });
}
