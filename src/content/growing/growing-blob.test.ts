// Reading along: from memory, from the file, and both.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../oci/digest.ts';
import { ContentStore, type GrowingBlob } from '../index.ts';

const mebi = 1024 * 1024;
let root: string;
let content: ContentStore;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-growing-'));
  content = new ContentStore(root);
});
afterEach(() => rmSync(root, { recursive: true }));

async function readAll(growing: GrowingBlob, start = 0): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(growing.read(start)));
}

test('every reader gets every byte, wherever it begins', async () => {
  // More than is kept in memory, and no whole number of blocks.
  const bytes = randomBytes(5 * mebi + 4711);
  const step = 300_000;
  let growing: GrowingBlob | undefined;
  const early: Promise<Buffer>[] = [];
  async function* parts() {
    for (let at = 0; at < bytes.length; at += step) {
      yield bytes.subarray(at, at + step);
      if (growing && at === 10 * step) early.push(readAll(growing, 123));
    }
  }
  const follow = (given: GrowingBlob) => {
    growing = given;
    early.push(readAll(given));
  };
  const { digest, size } = await content.ingest(parts(), { follow });
  await using whole = growing as unknown as GrowingBlob;
  expect([digest, size]).toEqual([sha256(bytes), bytes.length]);
  const [first, second] = await Promise.all(early);
  expect(first?.equals(bytes)).toBe(true);
  expect(second?.equals(bytes.subarray(123))).toBe(true);
  for (const start of [0, mebi, size - 1, size]) {
    expect((await readAll(whole, start)).equals(bytes.subarray(start))).toBe(true);
  }
  expect((await content.bytes(digest)).equals(bytes)).toBe(true);
});

test('who reads along hears why there will be no more', async () => {
  let growing: GrowingBlob | undefined;
  async function* parts() {
    yield Buffer.from('abc');
    throw new Error('cut');
  }
  const failed = content.ingest(parts(), { follow: given => (growing = given) }).catch(error => error);
  expect((await failed).message).toBe('cut');
  await using left = growing as unknown as GrowingBlob;
  const heard: string[] = [];
  const reading = (async () => {
    for await (const chunk of left.read(1)) heard.push(Buffer.from(chunk).toString());
  })();
  expect((await reading.catch(error => error)).message).toBe('cut');
  expect(heard).toEqual(['bc']);
});
