// Files that are asked for: long and short, all at once and later, or gone meanwhile.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FrameReader } from '../../../lib/grpc/frames.ts';
import { AsyncQueue } from '../../../lib/streams/async-queue.ts';
import { decode, encode } from '../message.ts';
import { type Packet, packet, packetType } from './packet.ts';
import { type HandFile, type SentFile, sendFiles } from './send-files.ts';

const sizes: Record<string, number> = { empty: 0, small: 10, full: 256 * 1024, long: 700_000, handed: 1024 * 1024 };
let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-send-'));
  for (const [name, size] of Object.entries(sizes)) writeFileSync(join(root, name), Buffer.alloc(size, name));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const fileAt = (path: string): SentFile => ({
  stat: { path, mode: 0o644, size: sizes[path] ?? 1 },
  path: join(root, path),
});

/** What a receiver that does this with every packet gets of each file, and how many bytes were reported. */
async function received(
  files: SentFile[],
  answer: (part: Packet, tell: (part: Partial<Packet>) => void) => void,
  hand?: HandFile,
): Promise<{ contents: Map<number, string>; reported: number }> {
  const toSender = new AsyncQueue<Buffer>();
  const contents = new Map<number, string>();
  let reported = 0;
  const tell = (part: Partial<Packet>) => toSender.push(Buffer.from(encode(packet, part)));
  const call = {
    async *batches() {
      for await (const message of toSender) yield [message];
    },
    sendAll(messages: readonly Uint8Array[]) {
      for (const message of messages) {
        const part = decode(packet, message);
        if (part.type === packetType.packetData)
          contents.set(part.id, (contents.get(part.id) ?? '') + Buffer.from(part.data));
        answer(part, tell);
      }
      return undefined;
    },
    sendFrames(data: Buffer) {
      return this.sendAll(new FrameReader().push(data));
    },
  };
  const report = (sent: number) => {
    reported = sent;
  };
  await sendFiles(call, [files], { report, hand });
  return { contents, reported };
}

test('every file comes whole, whether asked for at once or when the one before has come', async () => {
  const names = Object.keys(sizes);
  for (const together of [true, false]) {
    const { contents, reported } = await received(names.map(fileAt), ({ type, stat, id, data }, tell) => {
      if (type === packetType.packetStat && !stat) {
        for (const at of together ? names.keys() : [0]) tell({ type: packetType.packetReq, id: at });
      }
      if (type !== packetType.packetData || data.length > 0) return;
      if (id === names.length - 1) tell({ type: packetType.packetFin });
      else if (!together) tell({ type: packetType.packetReq, id: id + 1 });
    });
    for (const [at, name] of names.entries())
      expect(contents.get(at) === Buffer.alloc(sizes[name] ?? 0, name).toString()).toBe(true);
    expect(reported).toBe(Object.values(sizes).reduce((sum, size) => sum + size));
  }
});

test('a file that is gone, or that was never told of, ends it', async () => {
  const ask = (id: number) =>
    received([fileAt('gone')], (part, tell) => {
      if (part.type === packetType.packetStat && !part.stat) tell({ type: packetType.packetReq, id });
    }).catch((error: unknown) => error);
  expect(await ask(0)).toMatchObject({ code: 'ENOENT' });
  expect(await ask(7)).toMatchObject({ message: 'the receiver asked for file 7, which there is not' });
});

test('a long file is handed over where that is taken, and sent when it is asked for again', async () => {
  const names = ['long', 'handed'];
  for (const takes of [true, false]) {
    const handed: string[] = [];
    const answers: number[] = [];
    const { contents } = await received(
      names.map(fileAt),
      ({ type, stat, id, data }, tell) => {
        if (type === packetType.packetStat && !stat) tell({ type: packetType.packetReq, id: 1 });
        if (type === packetType.packetHanded) {
          answers.push(id);
          tell({ type: packetType.packetReq, id });
        }
        if (type === packetType.packetData && data.length === 0)
          tell(id === 1 ? { type: packetType.packetReq, id: 0 } : { type: packetType.packetFin });
      },
      async (id, path) => {
        handed.push(`${id} ${path.slice(root.length)}`);
        return takes;
      },
    );
    // The other one is too short for that.
    expect(handed).toEqual(['1 /handed']);
    expect(answers).toEqual(takes ? [1] : []);
    for (const [at, name] of names.entries())
      expect(contents.get(at) === Buffer.alloc(sizes[name] ?? 0, name).toString()).toBe(true);
  }
});
