import { afterEach, beforeEach, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Digest, sha256 } from '../../oci/digest.ts';
import { ContentStore } from '../index.ts';

let root: string;
let content: ContentStore;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-uploads-'));
  content = new ContentStore(root);
});
afterEach(async () => {
  await content.lateSync.idle();
  rmSync(root, { recursive: true });
});

async function* chunks(...parts: string[]) {
  for (const part of parts) yield Buffer.from(part);
}
async function* cutAfter(...parts: string[]) {
  yield* chunks(...parts);
  throw new Error('cut');
}
const folders = () => readdirSync(join(root, 'uploads'));
const sha512 = (text: string): Digest => `sha512:${createHash('sha512').update(text).digest('hex')}`;

test('an upload in pieces becomes a blob and leaves nothing', async () => {
  const { uploads } = content;
  const id = await uploads.start('r');
  expect(await uploads.append(id, 'r', chunks('he', 'l'))).toBe(3);
  expect(await uploads.append(id, 'r', chunks('lo'), { offset: 3, size: 2 })).toBe(5);
  expect(await uploads.finish(id, 'r', sha256('hello'))).toEqual({ digest: sha256('hello'), size: 5 });
  expect((await content.bytes(sha256('hello'))).toString()).toBe('hello');
  expect(folders()).toEqual([]);
  await expect(uploads.size(id, 'r')).rejects.toMatchObject({ kind: 'not-found' });
});

test('an empty upload is the empty blob', async () => {
  const id = await content.uploads.start('r');
  expect(await content.uploads.finish(id, 'r', sha256(''))).toMatchObject({ size: 0 });
});

test('a restart in the middle loses nothing', async () => {
  const id = await content.uploads.start('r');
  await content.uploads.append(id, 'r', chunks('hel'));
  content = new ContentStore(root);
  content.sweep();
  expect(await content.uploads.size(id, 'r')).toBe(3);
  await content.uploads.append(id, 'r', chunks('lo'), { offset: 3 });
  expect(await content.uploads.finish(id, 'r', sha256('hello'))).toMatchObject({ size: 5 });
});

test('what came before a cut stays, and the rest goes behind it', async () => {
  const id = await content.uploads.start('r');
  await expect(content.uploads.append(id, 'r', cutAfter('he', 'l'))).rejects.toThrow('cut');
  expect(await content.uploads.size(id, 'r')).toBe(3);
  await expect(content.uploads.append(id, 'r', chunks('x'), { offset: 2 })).rejects.toMatchObject({ kind: 'conflict' });
  await content.uploads.append(id, 'r', chunks('lo'), { offset: 3 });
  expect(await content.uploads.finish(id, 'r', sha256('hello'))).toMatchObject({ size: 5 });
});

test('sha512 is digested on the way when it is known, afterwards when not', async () => {
  const one = await content.uploads.start('r');
  await content.uploads.append(one, 'r', chunks('q'), { algorithm: 'sha512' });
  expect(await content.uploads.finish(one, 'r', sha512('q'))).toMatchObject({ digest: sha512('q') });
  const two = await content.uploads.start('r');
  await content.uploads.append(two, 'r', chunks('p'));
  expect(await content.uploads.finish(two, 'r', sha512('p'))).toMatchObject({ digest: sha512('p') });
  expect(content.has(sha512('p'))).toBe(true);
});

test('a wrong digest ends the upload and is no blob', async () => {
  const id = await content.uploads.start('r');
  await content.uploads.append(id, 'r', chunks('hello'));
  await expect(content.uploads.finish(id, 'r', sha256('bye'))).rejects.toMatchObject({ kind: 'invalid' });
  expect(content.list()).toEqual([]);
  expect(folders()).toEqual([]);
});

test('nobody sees the upload of another owner, and an id is no path', async () => {
  const id = await content.uploads.start('r');
  await expect(content.uploads.size(id, 's')).rejects.toMatchObject({ kind: 'not-found' });
  await expect(content.uploads.size('../r', 'r')).rejects.toMatchObject({ kind: 'not-found' });
  await content.uploads.cancel(id, 'r');
  await expect(content.uploads.cancel(id, 'r')).rejects.toMatchObject({ kind: 'not-found' });
});

test('a later request stops one that hangs, and goes on where it was', async () => {
  const id = await content.uploads.start('r');
  const first = Promise.withResolvers<void>();
  async function* hanging() {
    yield Buffer.from('hel');
    first.resolve();
    await new Promise(() => {});
  }
  const stuck = content.uploads.append(id, 'r', hanging());
  stuck.catch(() => {});
  await first.promise;
  expect(await content.uploads.append(id, 'r', chunks('lo'), { offset: 3 })).toBe(5);
  await expect(stuck).rejects.toThrow();
  expect(await content.uploads.finish(id, 'r', sha256('hello'))).toMatchObject({ size: 5 });
});

test('only uploads that nobody goes on with are removed', async () => {
  const id = await content.uploads.start('r');
  await content.uploads.append(id, 'r', chunks('hel'));
  expect(await content.uploads.expire(Date.now() - 60_000)).toBe(0);
  expect(existsSync(content.uploads.path(id))).toBe(true);
  expect(await content.uploads.expire(Date.now() + 60_000)).toBe(1);
  expect(folders()).toEqual([]);
});

test('a blob that is there already is compared, not written again', async () => {
  const { uploads } = content;
  await content.put(Buffer.from('hello'));
  const id = await uploads.start('r');
  expect(await uploads.match(id, 'r', chunks('he', 'llo'), sha256('hello'))).toBe(5);
  expect(folders()).toEqual([]);
  const other = await uploads.start('r');
  await expect(uploads.match(other, 'r', chunks('bye'), sha256('hello'))).rejects.toMatchObject({ kind: 'invalid' });
});
