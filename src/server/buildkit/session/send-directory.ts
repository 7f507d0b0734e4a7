// fsutil's sending end: a directory of ours is listed, and the client gets the files it asks for.
import { createReadStream } from 'node:fs';
import { decode, encode } from '../../../api/buildkit/message.ts';
import { packet, packetType } from '../../../api/buildkit/session.ts';
import type { ClientCall } from '../../../lib/grpc/client.ts';
import { type TarEntry, tarEntry } from '../../../lib/tar/entry.ts';
import { encodeName } from '../../../lib/tar/names.ts';
import { type AttributeReader, describeNode } from '../../../lib/tar/tree/describe-node.ts';
import { walkTree } from '../../../lib/tar/tree/walk-tree.ts';
import { TimeSlice } from '../../../lib/time-slice.ts';
import { statOfEntry } from './file-stat.ts';

const portion = 32 * 1024;

export interface SendOptions {
  /** Where on the client's side everything belongs; empty is the top. */
  readonly folder: string;
  readonly attributes?: AttributeReader;
  /** Bytes that were sent so far. */
  readonly report: (sent: number) => void;
}

/** Sends all of `directory`, which nobody changes meanwhile; throws what the client complains of. */
export async function sendDirectory(call: ClientCall, directory: string, o: SendOptions): Promise<void> {
  const files: (string | undefined)[] = [];
  const slice = new TimeSlice();
  let sent = 0;
  const listing = list();
  const sending: Promise<void>[] = [];
  try {
    for await (const message of call.messages()) {
      const { type, id, data } = decode(packet, message);
      if (type === packetType.packetReq) {
        const path = files[id];
        if (path === undefined) throw new Error(`the client asked for file ${id}, which there is not`);
        // One after the other: packets of several files at once would only wait for the same connection.
        const before = sending.at(-1);
        sending.push(Promise.resolve(before).then(() => send(id, path)));
      } else if (type === packetType.packetErr) throw new Error(`error from receiver: ${Buffer.from(data)}`);
      else if (type === packetType.packetFin) {
        await Promise.all(sending);
        await call.send(encode(packet, { type: packetType.packetFin }));
        break;
      }
    }
    await listing;
  } finally {
    call.end();
    await Promise.allSettled([listing, ...sending]);
  }

  /** In the order of names part by part, as fsutil walks. */
  async function list(): Promise<void> {
    if (o.folder !== '') await tell(tarEntry({ type: 'directory', name: o.folder, mode: 0o755 }), undefined);
    for (const { path, entry } of walk(directory, o)) {
      await tell(entry, path);
      if (slice.used) await slice.pause();
    }
    await call.send(encode(packet, { type: packetType.packetStat }));
  }

  async function tell(entry: TarEntry, path: string | undefined): Promise<void> {
    files.push(path);
    await call.send(encode(packet, { type: packetType.packetStat, stat: statOfEntry(entry) }));
  }

  async function send(id: number, path: string): Promise<void> {
    for await (const data of createReadStream(encodeName(path), { highWaterMark: portion })) {
      await call.send(encode(packet, { type: packetType.packetData, id, data: data as Buffer }));
      sent += (data as Buffer).length;
      o.report(sent);
    }
    await call.send(encode(packet, { type: packetType.packetData, id }));
  }
}

function* walk(root: string, o: SendOptions): Generator<{ path: string; entry: TarEntry }> {
  for (const node of walkTree(root, o.folder)) {
    const entry = describeNode(node, o.attributes);
    // Paths of the walk are good only until it goes on.
    const path = `${root}${node.name.slice(o.folder.length).replace(/^(?!\/)/, '/')}`;
    if (entry) yield { path, entry: { ...entry, name: node.name } };
  }
}
