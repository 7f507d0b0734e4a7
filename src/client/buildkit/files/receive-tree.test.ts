// Files of a result as a daemon sends them: hard links before their files have come, files one after the other.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Packet, packet, packetType } from '../../../api/buildkit/files/packet.ts';
import { decode, encode } from '../../../api/buildkit/message.ts';
import { AsyncQueue } from '../../../lib/streams/async-queue.ts';
import { ConfinedTree } from '../../../lib/tar/tree/confined-tree.ts';
import { TreeWriter } from '../../../lib/tar/tree/tree-writer.ts';
import { receiveTree } from './receive-tree.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-receive-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('files, directories and hard links arrive', async () => {
  const files: Record<number, string> = { 1: 'content', 3: '' };
  const toClient = new AsyncQueue<Buffer>();
  const tell = (part: Partial<Packet>) => toClient.push(Buffer.from(encode(packet, part)));
  tell({ type: packetType.packetStat, stat: { path: 'd', mode: 0x8000_01ed } });
  tell({ type: packetType.packetStat, stat: { path: 'd/file', mode: 0o640, size: 7 } });
  tell({ type: packetType.packetStat, stat: { path: 'd/link', mode: 0o640, linkname: 'd/file' } });
  tell({ type: packetType.packetStat, stat: { path: 'empty', mode: 0o600 } });
  tell({ type: packetType.packetStat });
  const tree = new ConfinedTree(root, () => {});
  const writer = new TreeWriter({
    places: { directory: parts => tree.path(tree.directory(parts)) },
    special: { makeNode: () => {}, setTimes: () => {} },
    ...{ keepKinds: false, setOwners: false, target: root },
  });
  async function* messages() {
    yield* toClient;
  }
  await receiveTree(
    {
      messages,
      send(message) {
        const { type, id } = decode(packet, message);
        if (type === packetType.packetFin) tell({ type });
        if (type !== packetType.packetReq) return undefined;
        if (files[id]) tell({ type: packetType.packetData, id, data: Buffer.from(files[id]) });
        tell({ type: packetType.packetData, id });
        return undefined;
      },
    },
    writer,
  );
  expect(readFileSync(join(root, 'd/link'), 'utf8')).toBe('content');
  expect(statSync(join(root, 'd/link')).ino).toBe(statSync(join(root, 'd/file')).ino);
  expect(statSync(join(root, 'd/file')).mode & 0o777).toBe(0o640);
  expect(statSync(join(root, 'empty')).size).toBe(0);
});
