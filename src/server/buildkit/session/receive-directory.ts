// fsutil's receiving end: a client lists a directory, and sends the files that are not here as they are.

import { entryOfStat } from '../../../api/buildkit/files/file-stat.ts';
import { packet, packetType, type Stat } from '../../../api/buildkit/files/packet.ts';
import { decode, encode } from '../../../api/buildkit/message.ts';
import type { Incoming, Mirror, Told } from '../../../builder/index.ts';
import { TimeSlice } from '../../../lib/concurrency/time-slice.ts';
import type { ClientCall } from '../../../lib/grpc/client.ts';

/** Longer messages about files than this, in bytes, are not worth remembering. */
const longestStat = 1000;

interface ReceiveOptions {
  /** Bytes that came so far, what tells of the files included; called often. */
  readonly report: (received: number) => void;
}

/** Makes `mirror` equal to what the client lists. Throws what the client complains of, `invalid` for what leads out. */
export async function receiveDirectory(call: ClientCall, mirror: Mirror, { report }: ReceiveOptions): Promise<void> {
  const update = mirror.update();
  /** Files asked for, by their place in the list. */
  const files = new Map<number, { told: Told; incoming?: Incoming }>();
  const slice = new TimeSlice();
  let listed = false;
  let over = false;
  let place = 0;
  let received = 0;
  const finishIfDone = () =>
    listed && files.size === 0 ? call.send(encode(packet, { type: packetType.packetFin })) : undefined;

  function list(stat: Stat | undefined, words: Uint8Array): Promise<void> | undefined {
    if (listed) throw new Error('the client told of more files after the end of its list');
    if (!stat) {
      listed = true;
      return finishIfDone();
    }
    const id = place++;
    const told = update.add(entryOfStat(stat), words.length <= longestStat ? words : undefined);
    if (!told) return undefined;
    files.set(id, { told });
    return call.send(encode(packet, { type: packetType.packetReq, id }));
  }

  function fill(id: number, data: Uint8Array): Promise<void> | undefined {
    const file = files.get(id);
    if (!file) throw new Error(`the client sent file ${id}, which nobody asked for`);
    file.incoming ??= update.receive(file.told);
    if (data.length > 0) {
      file.incoming.write(data);
      return undefined;
    }
    file.incoming.finish();
    files.delete(id);
    return finishIfDone();
  }

  function take(message: Buffer): Promise<void> | undefined {
    received += message.length;
    // Most of a directory is as it was: what is told in the same words need not be read.
    if (!listed && update.repeat(message)) {
      place++;
      return undefined;
    }
    const { type, stat, id, data } = decode(packet, message);
    if (type === packetType.packetStat) return list(stat as Stat | undefined, message);
    if (type === packetType.packetData) return fill(id, data);
    if (type === packetType.packetErr) throw new Error(`error from sender: ${Buffer.from(data)}`);
    over ||= type === packetType.packetFin;
    return undefined;
  }

  try {
    for await (const batch of call.batches()) {
      for (const message of batch) {
        const sending = take(message);
        if (sending) await sending;
        if (slice.used) await slice.pause();
      }
      report(received);
      if (over) break;
    }
    if (!listed || files.size > 0) throw new Error('the client ended before it had sent everything');
    await update.finish();
  } catch (error) {
    // What nobody reads any more would hold up all other calls of the session.
    call.cancel();
    throw error;
  } finally {
    for (const { incoming } of files.values()) incoming?.abandon();
    call.end();
  }
}
