// fsutil's receiving end: the files of a result, listed by the daemon, fetched one after the other.
import { entryOfStat } from '../../../api/buildkit/files/file-stat.ts';
import { packet, packetType } from '../../../api/buildkit/files/packet.ts';
import { decode, encode } from '../../../api/buildkit/message.ts';
import type { ServerCall } from '../../../lib/grpc/server.ts';
import type { TarEntry } from '../../../lib/tar/entry.ts';
import type { TreeWriter } from '../../../lib/tar/tree/tree-writer.ts';

/** Takes entries and contents as those of an archive. */
export type TreeSink = Pick<TreeWriter, 'handle' | 'finish' | 'abandon'>;

/** Writes all that is listed. Throws what the sender or the writer complains of; what was written until then stays. */
export async function receiveTree(call: Pick<ServerCall, 'messages' | 'send'>, writer: TreeSink): Promise<void> {
  /** Files that are yet to be fetched, by their places in the list. */
  const wanted: { id: number; entry: TarEntry }[] = [];
  /** Hard links: what they lead to has to be there. */
  const links: TarEntry[] = [];
  let place = 0;
  let offset = 0;

  async function fetchNext(): Promise<void> {
    const [next] = wanted;
    if (next) return await call.send(encode(packet, { type: packetType.packetReq, id: next.id }));
    // The daemon takes the result for delivered when it hears that nothing more is wanted.
    for (const entry of links) await writer.handle({ kind: 'entry', entry });
    writer.finish();
    await call.send(encode(packet, { type: packetType.packetFin }));
  }

  async function list(entry: TarEntry): Promise<void> {
    const id = place++;
    if (entry.type === 'file') wanted.push({ id, entry });
    else if (entry.type === 'link') links.push(entry);
    else await writer.handle({ kind: 'entry', entry });
  }

  async function fill(data: Buffer): Promise<void> {
    const [current] = wanted;
    if (!current) throw new Error('the daemon sent a file that nobody asked for');
    const { entry } = current;
    if (offset === 0) await writer.handle({ kind: 'entry', entry });
    if (data.length > 0) {
      await writer.handle({ kind: 'data', bytes: data, offset });
      offset += data.length;
      return;
    }
    await writer.handle({ kind: 'end', entry });
    wanted.shift();
    offset = 0;
    await fetchNext();
  }

  try {
    for await (const message of call.messages()) {
      const { type, stat, data } = decode(packet, message);
      if (type === packetType.packetStat) await (stat ? list(entryOfStat(stat)) : fetchNext());
      else if (type === packetType.packetData) await fill(Buffer.from(data.buffer, data.byteOffset, data.length));
      else if (type === packetType.packetErr) throw new Error(`error from sender: ${Buffer.from(data)}`);
      else if (type === packetType.packetFin) break;
    }
  } catch (error) {
    writer.abandon();
    throw error;
  }
}
