// fsutil's receiving end: a client lists a directory, and sends the files that are not here as they are.

import { entryOfStat } from '../../../api/buildkit/file-stat.ts';
import { decode, encode } from '../../../api/buildkit/message.ts';
import { packet, packetType, type Stat } from '../../../api/buildkit/session.ts';
import type { Incoming, Mirror } from '../../../builder/index.ts';
import type { ClientCall } from '../../../lib/grpc/client.ts';
import type { TarEntry } from '../../../lib/tar/entry.ts';

/** Longer messages than this, in bytes, are not what tells of a file, or not worth remembering. */
const longestStat = 1000;

export interface ReceiveOptions {
  /** Bytes that came so far, what tells of the files included; called for each packet. */
  readonly report: (received: number) => void;
}

/** Makes `mirror` equal to what the client lists. Throws what the client complains of, `invalid` for what leads out. */
export async function receiveDirectory(call: ClientCall, mirror: Mirror, { report }: ReceiveOptions): Promise<void> {
  const update = mirror.update();
  /** Files asked for, by their place in the list. */
  const files = new Map<number, { entry: TarEntry; incoming?: Incoming }>();
  let listed = false;
  let place = 0;
  let received = 0;
  const finishIfDone = () =>
    listed && files.size === 0 ? call.send(encode(packet, { type: packetType.packetFin })) : undefined;

  /** `text`: the bytes it was told in. */
  async function list(stat: Stat | undefined, text: string): Promise<void> {
    if (!stat) {
      listed = true;
      await finishIfDone();
      return;
    }
    const id = place++;
    const entry = entryOfStat(stat);
    if (!(await update.add(entry, text))) return;
    files.set(id, { entry });
    await call.send(encode(packet, { type: packetType.packetReq, id }));
  }

  async function fill(id: number, data: Uint8Array): Promise<void> {
    const file = files.get(id);
    if (!file) throw new Error(`the client sent file ${id}, which nobody asked for`);
    file.incoming ??= update.receive(file.entry);
    if (data.length > 0) {
      file.incoming.write(data);
      return;
    }
    file.incoming.finish();
    files.delete(id);
    await finishIfDone();
  }

  try {
    for await (const message of call.messages()) {
      // What was told in the same bytes before need not even be read.
      const text = message.length < longestStat ? message.toString('latin1') : '';
      if (!listed && update.keep(text)) {
        place++;
        received += message.length;
        continue;
      }
      const { type, stat, id, data } = decode(packet, message);
      received += message.length;
      report(received);
      if (type === packetType.packetStat) await list(stat as Stat | undefined, text);
      else if (type === packetType.packetData) await fill(id, data);
      else if (type === packetType.packetErr) throw new Error(`error from sender: ${Buffer.from(data)}`);
      else if (type === packetType.packetFin) break;
    }
    if (!listed || files.size > 0) throw new Error('the client ended before it had sent everything');
    await update.finish();
  } finally {
    for (const { incoming } of files.values()) incoming?.abandon();
    call.end();
  }
}
