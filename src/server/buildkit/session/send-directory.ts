// fsutil's sending end: a directory of ours is listed, and the client gets the files it asks for.
import { createReadStream, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decode, encode } from '../../../api/buildkit/message.ts';
import { packet, packetType } from '../../../api/buildkit/session.ts';
import type { ClientCall } from '../../../lib/grpc/client.ts';
import type { TarEntry } from '../../../lib/tar/entry.ts';
import { type AttributeReader, describeNode } from '../../../lib/tar/tree/describe-node.ts';
import { statOfEntry } from './file-stat.ts';

const portion = 32 * 1024;

/** Sends all of `directory`; throws what the client complains of. */
export async function sendDirectory(call: ClientCall, directory: string, attributes?: AttributeReader): Promise<void> {
  const files: string[] = [];
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
    for (const entry of walk(directory, '', attributes)) {
      files.push(join(directory, entry.name));
      await call.send(encode(packet, { type: packetType.packetStat, stat: statOfEntry(entry) }));
    }
    await call.send(encode(packet, { type: packetType.packetStat }));
  }

  async function send(id: number, path: string): Promise<void> {
    for await (const data of createReadStream(path, { highWaterMark: portion })) {
      await call.send(encode(packet, { type: packetType.packetData, id, data: data as Buffer }));
    }
    await call.send(encode(packet, { type: packetType.packetData, id }));
  }
}

function* walk(root: string, below: string, attributes: AttributeReader | undefined): Generator<TarEntry> {
  for (const name of readdirSync(join(root, below)).sort()) {
    const path = below === '' ? name : `${below}/${name}`;
    const absolute = join(root, path);
    const entry = describeNode(
      { path: absolute, name: path, stats: lstatSync(absolute, { bigint: true }) },
      attributes,
    );
    if (!entry) continue;
    yield { ...entry, name: path };
    if (entry.type === 'directory') yield* walk(root, path, attributes);
  }
}
