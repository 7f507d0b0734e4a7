// fsutil's sending end, the same for a client's context and for an engine's results: files are listed, and those that the
// other side asks for are sent.
import { createReadStream, readFileSync } from 'node:fs';
import type { TarEntry } from '../../lib/tar/entry.ts';
import { encodeName } from '../../lib/tar/names.ts';
import { TimeSlice } from '../../lib/time-slice.ts';
import { statOfEntry } from './file-stat.ts';
import { decode, encode } from './message.ts';
import { type Packet, packet, packetType } from './session.ts';

/** The messages of a call, whichever side began it. */
export interface PacketCall {
  messages(): AsyncGenerator<Buffer>;
  send(message: Uint8Array): Promise<void> | undefined;
}

export interface SentFile {
  /** Its name is the path below the root. */
  readonly entry: TarEntry;
  /** Where its content is. */
  readonly path: string;
}

/** Longer files are read piece by piece. */
const portion = 256 * 1024;

/**
 * Sends `files` (parents before children), of regular ones the content that is asked for. Throws what the receiver
 * complains of. Ending the call is left to the caller. `report` is told how many bytes of content were sent so far.
 */
export async function sendFiles(
  call: PacketCall,
  files: Iterable<SentFile>,
  report: (sent: number) => void = () => {},
): Promise<void> {
  const listed: SentFile[] = [];
  const slice = new TimeSlice();
  let sent = 0;
  const send = (part: Partial<Packet>) => call.send(encode(packet, part));
  const listing = list();
  let sending: Promise<void> = Promise.resolve();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});

  async function receive(): Promise<void> {
    for await (const message of call.messages()) {
      const { type, id, data } = decode(packet, message);
      if (type === packetType.packetReq) {
        const file = listed[id];
        if (!file) throw new Error(`the receiver asked for file ${id}, which there is not`);
        // One after the other: packets of several files at once would only wait for the same connection.
        sending = sending.then(() => content(id, file));
        sending.catch(failed.reject);
      } else if (type === packetType.packetErr) throw new Error(`error from receiver: ${Buffer.from(data)}`);
      else if (type === packetType.packetFin) {
        await sending;
        await send({ type: packetType.packetFin });
        return;
      }
    }
  }

  async function list(): Promise<void> {
    for (const file of files) {
      listed.push(file);
      await send({ type: packetType.packetStat, stat: statOfEntry(file.entry) });
      if (slice.used) await slice.pause();
    }
    await send({ type: packetType.packetStat });
  }

  async function content(id: number, { path, entry }: SentFile): Promise<void> {
    const name = encodeName(path);
    const pieces: Iterable<Buffer> | AsyncIterable<Buffer> =
      entry.size > portion ? createReadStream(name, { highWaterMark: portion }) : [readFileSync(name)];
    for await (const data of pieces) {
      if (data.length === 0) continue;
      await send({ type: packetType.packetData, id, data });
      sent += data.length;
      report(sent);
    }
    await send({ type: packetType.packetData, id });
  }

  try {
    await Promise.race([Promise.all([receive(), listing]), failed.promise]);
  } finally {
    await Promise.allSettled([listing, sending]);
  }
}
