import { afterEach, beforeEach, expect, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../oci/digest.ts';
import { ContentStore } from '../content-store.ts';
import { DirectFile } from './direct-file.ts';
import { readShared, SharedBytes, sharedMemorySize } from './shared-bytes.ts';

let root: string;
let content: ContentStore;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-shared-'));
  content = new ContentStore(root);
});
afterEach(() => rmSync(root, { recursive: true }));

/** More than the memory holds, and no whole number of pages. */
const data = randomBytes(2 * sharedMemorySize + 12_345);

async function* pieces(bytes: Buffer, size = 300_000) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(through: SharedBytes): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const onTaken = (bytes: number) => through.taken(bytes);
  for await (const chunk of readShared(through.memory, through.sizes(), onTaken)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

test('who reads along gets what becomes the blob, also in memory that was used before', async () => {
  let memory: SharedArrayBuffer | undefined;
  for (const bytes of [data, Buffer.from('small'), Buffer.alloc(0)]) {
    const through = new SharedBytes(memory);
    const reading = readAll(through);
    const { digest, size } = await content.ingest(pieces(bytes), { through });
    expect({ digest, size }).toEqual({ digest: sha256(bytes), size: bytes.length });
    expect(await through.whole).toEqual({ digest, size });
    expect((await reading).equals(bytes)).toBe(true);
    expect(readFileSync(content.path(digest)).equals(bytes)).toBe(true);
    memory = through.memory;
  }
});

test('nobody waits for a reader that has left', async () => {
  const through = new SharedBytes();
  const reading = (async () => {
    for await (const size of through.sizes()) if (size > 0) break;
    through.leave();
  })();
  expect((await content.ingest(pieces(data), { through })).size).toBe(data.length);
  await reading;
});

test('what ends the stream, or the blob being another, is the reader’s end too, and nothing is left', async () => {
  async function* broken() {
    yield data.subarray(0, 3_000_000);
    throw new Error('the sender is gone');
  }
  const failures = [
    [{}, broken(), 'the sender is gone'],
    [{ size: data.length + 1 }, pieces(data), 'expected'],
    [{ size: 1000 }, pieces(data), 'larger than the expected'],
    [{ signal: AbortSignal.abort() }, pieces(data), 'cancelled'],
  ] as const;
  for (const [options, stream, message] of failures) {
    const through = new SharedBytes();
    const reading = readAll(through).catch((error: unknown) => error);
    const error = await content.ingest(stream, { ...options, through }).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(message);
    expect(await reading).toBe(error);
    expect(await through.whole.catch((thrown: unknown) => thrown)).toBe(error);
  }
  expect(readdirSync(join(root, 'ingest'))).toEqual([]);
  expect(content.list()).toEqual([]);
});

test('a piece that cannot go straight to the disk is written all the same', async () => {
  const path = join(root, 'file');
  const bytes = Buffer.from(new SharedArrayBuffer(3 * 4096));
  bytes.set(data.subarray(0, bytes.length));
  {
    await using file = await DirectFile.create(path);
    await file.write(bytes.subarray(0, 4096), 0);
    await file.write(bytes.subarray(4097, 2 * 4096 + 1), 4096);
    await file.write(bytes.subarray(0, 5), 2 * 4096);
  }
  expect(
    readFileSync(path).equals(
      Buffer.concat([bytes.subarray(0, 4096), bytes.subarray(4097, 8193), bytes.subarray(0, 5)]),
    ),
  ).toBe(true);
  const again = await DirectFile.create(path).catch((error: unknown) => error);
  expect(again).toMatchObject({ code: 'EEXIST' });
});
