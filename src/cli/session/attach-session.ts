// Two-way traffic between this terminal and a process behind a hijacked connection.

import type { HijackResult } from '../../client/index.ts';
import { drained } from '../../lib/streams/drained.ts';
import { type Frame, FrameDecoder } from '../../lib/streams/frames.ts';
import { DetachKeyFilter, parseDetachKeys } from '../../lib/text/detach-keys.ts';
import { ExitError } from '../failure.ts';
import type { Io, Output } from '../io.ts';

/** What a shell shows of a process that SIGPIPE ended. */
const brokenPipeCode = 141;

interface SessionOptions {
  io: Io;
  connection: HijackResult;
  tty: boolean;
  /** Pass standard input on. */
  stdin: boolean;
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
    const parts: Frame[] = decoder?.decode(chunk as Buffer) ?? [{ stream: 'stdout', data: chunk as Buffer }];
    for (const { stream, data } of parts) {
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
  const filter = raw ? new DetachKeyFilter(parseDetachKeys(detachKeys)) : undefined;
  const { socket } = connection;
  for await (const chunk of io.stdin.read()) {
    const { pass, detached } = filter?.push(chunk) ?? { pass: chunk, detached: false };
    if (pass.length > 0 && !socket.write(pass)) await drained(socket);
    if (detached) return 'detached';
    if (socket.destroyed) return 'closed';
  }
  socket.end();
  return 'closed';
}
