// Files that a client hands over open: taken, lost on the way, not readable after all, or told of by somebody else.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { mkdtempSync, openSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { statOfEntry } from '../../../api/buildkit/files/file-stat.ts';
import { handedMessage, parseOffer } from '../../../api/buildkit/files/open-files.ts';
import { type Packet, packet, packetType } from '../../../api/buildkit/files/packet.ts';
import { decode, encode } from '../../../api/buildkit/message.ts';
import { type HandedFiles, Mirrors } from '../../../builder/index.ts';
import type { ClientCall } from '../../../lib/grpc/client.ts';
import { AsyncQueue } from '../../../lib/streams/async-queue.ts';
import { tarEntry } from '../../../lib/tar/entry.ts';
import { OpenFiles } from './open-files.ts';
import { receiveDirectory } from './receive-directory.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-open-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const sha256 = (content: string | Buffer) => `sha256:${createHash('sha256').update(content).digest('hex')}` as const;

/** An inbox that messages are put into, and what it has been asked to keep. */
function inbox(keep?: HandedFiles['keep']) {
  const messages: { content: Buffer; descriptor: number | undefined }[] = [];
  const handed: HandedFiles = {
    openInbox: () => ({ name: 'ab12', take: () => messages.shift(), [Symbol.dispose]: () => {} }),
    keep:
      keep ??
      (async (from, to) => {
        const content = readFileSync(from);
        writeFileSync(to, content, { flag: 'wx' });
        return { digest: sha256(content), size: content.length };
      }),
  };
  return { messages, open: new OpenFiles(handed) };
}

function openFile(content: string): number {
  const path = join(folder, 'theirs');
  writeFileSync(path, content);
  const descriptor = openSync(path, 'r');
  // The next one is another file.
  rmSync(path);
  return descriptor;
}

/** Whether it is still what `openFile` opened: its number may be somebody else's by now. */
const isOpen = (descriptor: number) => {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).includes(basename(folder));
  } catch {
    return false;
  }
};

type Tell = (part: Partial<Packet>) => void;

/** A client that lists files of these names, 2 MiB each, and does this with every packet that comes. */
function client(
  names: readonly string[],
  answer: (part: Packet, tell: Tell) => void,
): ClientCall & { cancelled: boolean } {
  const toEngine = new AsyncQueue<Buffer>();
  const tell: Tell = part => toEngine.push(Buffer.from(encode(packet, part)));
  for (const name of names) {
    const stat = statOfEntry(tarEntry({ type: 'file', name, size: 2 * 1024 * 1024, mtime: 1 }));
    tell({ type: packetType.packetStat, stat });
  }
  tell({ type: packetType.packetStat });
  const take = (message: Uint8Array) => {
    const part = decode(packet, message);
    if (part.type === packetType.packetFin) tell({ type: packetType.packetFin });
    else answer(part, tell);
    return undefined;
  };
  return {
    cancelled: false,
    async *batches() {
      for await (const message of toEngine) yield [message];
    },
    async *messages() {},
    send: take,
    sendAll(messages) {
      for (const message of messages) take(message);
      return undefined;
    },
    sendFrames: () => undefined,
    end: () => toEngine.close(),
    cancel() {
      this.cancelled = true;
    },
  };
}

async function receive(call: ClientCall, open: OpenFiles) {
  const special = { makeNode: () => {}, setTimes: () => {} };
  const mirror = new Mirrors(join(folder, 'mirrors'), special).acquire('k', '');
  let received = 0;
  const report = (bytes: number) => {
    received = bytes;
  };
  try {
    await receiveDirectory(call, mirror, { report, open });
  } finally {
    open[Symbol.dispose]();
  }
  const read = (name: string) => readFileSync(join(mirror.directory, name), 'utf8');
  return { mirror, read, received };
}

const data = (id: number, content: string, tell: Tell) => {
  tell({ type: packetType.packetData, id, data: Buffer.from(content) });
  tell({ type: packetType.packetData, id });
};

test('files that are handed over are made of what is open, and counted', async () => {
  const { messages, open } = inbox();
  const { secret } = parseOffer(open.offer);
  const descriptors: number[] = [];
  const call = client(['a', 'b', 'c'], ({ id }, tell) => {
    const descriptor = openFile(`content ${id}`);
    descriptors.push(descriptor);
    messages.push({ content: handedMessage(secret, id), descriptor });
    tell({ type: packetType.packetHanded, id });
  });
  const { mirror, read, received } = await receive(call, open);
  expect(['a', 'b', 'c'].map(read)).toEqual(['content 0', 'content 1', 'content 2']);
  expect(mirror.fileDigest('b')).toBe(sha256('content 1'));
  expect(received).toBeGreaterThan(27);
  expect(descriptors.map(isOpen)).toEqual([false, false, false]);
});

test('what did not come, or cannot be kept, is asked for again and sent', async () => {
  const refusals: string[] = [];
  const { messages, open } = inbox(async (_from, to) => {
    refusals.push(to);
    throw Object.assign(new Error('no'), { code: 'EINVAL' });
  });
  const { secret } = parseOffer(open.offer);
  const asked: number[] = [];
  const call = client(['lost', 'refused', 'empty'], ({ id }, tell) => {
    asked.push(id);
    if (asked.filter(number => number === id).length > 1) return data(id, `sent ${id}`, tell);
    if (id === 1) messages.push({ content: handedMessage(secret, id), descriptor: openFile('x') });
    if (id === 2) messages.push({ content: handedMessage(secret, id), descriptor: undefined });
    tell({ type: packetType.packetHanded, id });
  });
  const { read } = await receive(call, open);
  expect(['lost', 'refused', 'empty'].map(read)).toEqual(['sent 0', 'sent 1', 'sent 2']);
  expect(asked.toSorted()).toEqual([0, 0, 1, 1, 2, 2]);
  expect(refusals).toHaveLength(1);
});

test('what strangers send is closed, and so is what nobody takes', async () => {
  const { messages, open } = inbox();
  const { secret } = parseOffer(open.offer);
  const [stranger, twice, early] = [openFile('forged'), openFile('forged'), openFile('forged')];
  const call = client(['a'], ({ id }, tell) => {
    messages.push({ content: handedMessage('0123', id), descriptor: stranger });
    messages.push({ content: handedMessage(secret, id), descriptor: openFile('right') });
    messages.push({ content: handedMessage(secret, id), descriptor: twice });
    messages.push({ content: handedMessage(secret, 99), descriptor: early });
    tell({ type: packetType.packetHanded, id });
  });
  const { read } = await receive(call, open);
  expect(read('a')).toBe('right');
  expect([stranger, twice, early].map(isOpen)).toEqual([false, false, false]);
});

test('a client that hands over what nobody asked for, or twice, or sends it as well, is refused', async () => {
  const never = () => new Promise<never>(() => {});
  const wrongs: ((id: number, tell: Tell) => void)[] = [
    (_, tell) => tell({ type: packetType.packetHanded, id: 7 }),
    (id, tell) => tell({ type: packetType.packetHanded, id }),
    (id, tell) => data(id, 'x', tell),
  ];
  for (const wrong of wrongs) {
    const until = Promise.withResolvers<never>();
    const { messages, open } = inbox((_from, _to, signal) => {
      signal.addEventListener('abort', () => until.reject(new Error('given up')));
      return Promise.race([never(), until.promise]);
    });
    const { secret } = parseOffer(open.offer);
    const descriptor = openFile('x');
    const call = client(['a'], ({ id }, tell) => {
      messages.push({ content: handedMessage(secret, id), descriptor });
      tell({ type: packetType.packetHanded, id });
      wrong(id, tell);
    });
    const failure = await receive(call, open).catch(error => error);
    expect(failure.message).toMatch(/^the client (handed over|sent) file \d, which nobody asked for$/);
    expect(call.cancelled).toBe(true);
    expect(isOpen(descriptor)).toBe(false);
  }
});
