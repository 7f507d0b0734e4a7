// Two-way traffic between this terminal and a process behind a hijacked connection.

import type { Duplex } from 'node:stream';
import type { HijackResult } from '../../client/index.ts';
import { FrameDecoder } from '../../lib/streams/frames.ts';
import { ExitError } from '../failure.ts';
import type { Io, Output } from '../io.ts';
import { DetachScanner, parseDetachKeys } from './detach-keys.ts';

/** What a shell shows of a process that SIGPIPE ended. */
const brokenPipeCode = 141;

interface SessionOptions {
  io: Io;
  connection: HijackResult;
  tty: boolean;
  /** Pass standard input on. */
  stdin: boolean;
  /** Show output; false only for sessions that send. */
  output: boolean;
  detachKeys: string;
}

/** How a session ended: the other side closed, or the user left by the detach keys. */
export type SessionEnd = 'closed' | 'detached';

/**
 * Carries bytes until the other side has no more. With a terminal at both ends keys are passed on raw, and the
 * terminal is set back at the end. Rejects when the connection breaks.
 */
export async function runSession(options: SessionOptions): Promise<SessionEnd> {
  const { io, connection, tty, stdin } = options;
  const raw = tty && stdin && io.stdin.isTerminal;
  if (raw) io.stdin.setRaw(true);
  try {
    const output = pumpOutput(options);
    if (!stdin) return await output;
    // Input that ends does not end the session: output may follow. Only the detach keys do.
    const detached = new Promise<SessionEnd>((resolve, reject) => {
      pumpInput(options, raw).then(end => end === 'detached' && resolve(end), reject);
    });
    return await Promise.race([output, detached]);
  } finally {
    if (raw) io.stdin.setRaw(false);
    connection.socket.destroy();
  }
}

async function pumpOutput({ io, connection, tty }: SessionOptions): Promise<SessionEnd> {
  const decoder = tty || !connection.multiplexed ? undefined : new FrameDecoder();
  for await (const chunk of connection.socket) {
    if (!decoder) {
      await writeTo(io.stdout, chunk as Buffer);
      continue;
    }
    for (const { stream, data } of decoder.decode(chunk as Buffer)) {
      await writeTo(stream === 'stderr' || stream === 'system' ? io.stderr : io.stdout, data);
    }
    // Nobody reads any more: end as a program does that SIGPIPE ends, and leave the container to itself.
    if (io.stdout.broken) throw new ExitError(brokenPipeCode);
  }
  return 'closed';
}

function writeTo(output: Output, data: Uint8Array): Promise<void> | undefined {
  return output.write(data) ? undefined : output.drained();
}

async function pumpInput({ io, connection, detachKeys }: SessionOptions, raw: boolean): Promise<SessionEnd> {
  const scanner = raw ? new DetachScanner(parseDetachKeys(detachKeys)) : undefined;
  const { socket } = connection;
  for await (const chunk of io.stdin.read()) {
    const { data, detached } = scanner?.scan(chunk) ?? { data: chunk, detached: false };
    if (data.length > 0 && !socket.write(data)) await drainOrClose(socket);
    if (detached) return 'detached';
    if (socket.destroyed) return 'closed';
  }
  socket.end();
  return 'closed';
}

function drainOrClose(socket: Duplex): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}
