import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../oci/digest.ts';
import { ContentStore } from './index.ts';

let root: string;
let content: ContentStore;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-content-'));
  content = new ContentStore(root);
});
afterEach(() => rmSync(root, { recursive: true }));

async function* chunks(...parts: string[]) {
  for (const part of parts) yield Buffer.from(part);
}
const leftovers = () => readdirSync(join(root, 'ingest'));

test('what was ingested is found by its digest', async () => {
  const { digest, size } = await content.ingest(chunks('hel', 'lo'));
  expect(digest).toBe(sha256('hello'));
  expect(size).toBe(5);
  expect(content.has(digest)).toBe(true);
  expect(content.size(digest)).toBe(5);
  expect(readFileSync(content.path(digest), 'utf8')).toBe('hello');
  expect((await content.bytes(digest)).toString()).toBe('hello');
  expect(await Array.fromAsync(content.read(digest))).toEqual([Buffer.from('hello')]);
  expect(content.list()).toEqual([digest]);
  expect(leftovers()).toEqual([]);
});

test('the same blob twice at once is one blob', async () => {
  const both = await Promise.all([content.put(Buffer.from('x')), content.put(Buffer.from('x'))]);
  expect(both[0]).toEqual(both[1]);
  expect(content.list()).toHaveLength(1);
  expect(leftovers()).toEqual([]);
});

test('a wrong digest, a wrong size, a failing or cancelled stream leave nothing', async () => {
  async function* failing() {
    yield Buffer.from('half');
    throw new Error('cut');
  }
  const aborted = AbortSignal.abort();
  await expect(content.ingest(chunks('a'), { expected: sha256('b') })).rejects.toMatchObject({ kind: 'invalid' });
  await expect(content.ingest(chunks('abc'), { size: 2 })).rejects.toMatchObject({ kind: 'invalid' });
  await expect(content.ingest(chunks('abc'), { size: 4 })).rejects.toMatchObject({ kind: 'invalid' });
  await expect(content.ingest(failing())).rejects.toThrow('cut');
  await expect(content.ingest(chunks('a'), { signal: aborted })).rejects.toMatchObject({ kind: 'cancelled' });
  await Bun.sleep(1);
  expect(content.list()).toEqual([]);
  expect(leftovers()).toEqual([]);
});

test('sha512 is kept under its own name', async () => {
  const expected = `sha512:${new Bun.CryptoHasher('sha512').update('q').digest('hex')}` as const;
  expect((await content.ingest(chunks('q'), { expected })).digest).toBe(expected);
  expect(content.list()).toEqual([expected]);
});

test('a removed blob is gone, removing it again is fine, and a digest is no path', async () => {
  const { digest } = await content.put(Buffer.from('x'));
  await content.remove(digest);
  await content.remove(digest);
  expect(content.has(digest)).toBe(false);
  expect(() => content.read(digest)).toThrow('not found');
  await expect(content.bytes(digest)).rejects.toMatchObject({ kind: 'not-found' });
  expect(() => content.path('sha256:../../etc/passwd')).toThrow('invalid digest');
});

test('sweep removes what a crash left', () => {
  writeFileSync(join(root, 'ingest', 'half'), 'x');
  content.sweep();
  expect(leftovers()).toEqual([]);
});

test('a large blob comes out as it went in', async () => {
  const large = Buffer.from(Array.from({ length: 3_000_001 }, (_, index) => (index * 31) % 251));
  async function* many() {
    for (let at = 0; at < large.length; at += 70_000) yield large.subarray(at, at + 70_000);
  }
  expect(await content.ingest(many())).toEqual({ digest: sha256(large), size: large.length });
  expect((await content.bytes(sha256(large))).equals(large)).toBe(true);
});
