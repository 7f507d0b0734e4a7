// Bytes between a client's connection and a process: frames out, input in, detach keys noticed, nobody left waiting.

import type { Duplex } from 'node:stream';
import { readInput } from '../../../lib/http/read-input.ts';
import { BatchWriter } from '../../../lib/streams/batch-writer.ts';
import { drained } from '../../../lib/streams/drained.ts';
import { frameHeaderLength, writeFrameHeader } from '../../../lib/streams/frames.ts';
import { DetachKeyFilter } from '../../../lib/text/detach-keys.ts';
import type { AttachStream } from '../../../runtime/index.ts';

export interface PumpOptions {
  /** Frames for a process without a terminal. */
  multiplexed: boolean;
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  /** As `ctrl-p,ctrl-q`; undefined: nothing detaches. */
  detachKeys?: Buffer;
  /** The connection stays open until this settles: clients ask for an exec's exit code when it closes. */
  lastWord?: Promise<unknown>;
}

/** Why the pump stopped: the process closed its output, the client went away, or it typed the detach keys. */
type PumpEnd = 'output-ended' | 'client-gone' | 'detached';

/** Runs until one side is done; then both are closed. Never rejects. */
export async function pump(connection: Duplex, session: AttachStream, options: PumpOptions): Promise<PumpEnd> {
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<PumpEnd>();
  if (connection.destroyed) interrupt('client-gone');
  connection.once('close', () => interrupt('client-gone'));
  connection.on('error', () => interrupt('client-gone'));
  if (options.stdin) void pumpInput(connection, session, options.detachKeys, () => interrupt('detached'));
  // Without a reader the end of a client's input would not be noticed, and with it not the end of the client.
  else connection.resume();
  const end = await Promise.race([pumpOutput(connection, session, options), interrupted]);
  session.close();
  if (end === 'output-ended') await options.lastWord;
  if (end === 'client-gone') connection.destroy();
  else connection.end();
  return end;
}

async function pumpOutput(connection: Duplex, session: AttachStream, options: PumpOptions): Promise<PumpEnd> {
  // A packet at a time would be a system call and an event for each 8 KiB.
  const header = Buffer.alloc(frameHeaderLength);
  const writer = new BatchWriter(bytes => (connection.write(bytes) ? undefined : drained(connection)));
  try {
    for await (const { stream, data } of session.output) {
      if (!options[stream] || connection.destroyed) continue;
      if (options.multiplexed) void writer.add(writeFrameHeader(header, stream, data.length));
      // Nearly always there is nothing to wait for, and even that would take a turn for each packet.
      const waiting = writer.add(data);
      if (waiting) await waiting;
    }
    await writer.flush();
  } catch {
    return 'client-gone';
  }
  return 'output-ended';
}

async function pumpInput(
  connection: Duplex,
  session: AttachStream,
  detachKeys: Buffer | undefined,
  detach: () => void,
): Promise<void> {
  const filter = detachKeys ? new DetachKeyFilter(detachKeys) : undefined;
  try {
    for await (const chunk of readInput(connection)) {
      const { pass, detached } = filter ? filter.push(chunk) : { pass: chunk, detached: false };
      if (pass.length > 0) await session.stdin.write(pass);
      if (detached) return detach();
    }
    session.stdin.end();
  } catch {
    // The connection or the process is gone: the other half of the pump says so.
  }
}
