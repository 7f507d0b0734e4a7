import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../oci/digest.ts';
import { ContentStore } from '../index.ts';
import { LateSync } from './late-sync.ts';

let root: string;
let content: ContentStore;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-late-sync-'));
  content = new ContentStore(root);
});
afterEach(async () => {
  await content.lateSync.idle();
  rmSync(root, { recursive: true });
});

const upload = async (text: string) => {
  const id = await content.uploads.start('r');
  await content.uploads.append(
    id,
    'r',
    (async function* () {
      yield Buffer.from(text);
    })(),
  );
  return (await content.uploads.finish(id, 'r', sha256(text))).digest;
};
const marker = (text: string) => join(root, 'unsynced', sha256(text).replace(':', '-'));

test('a blob is there at once, and unmarked when it is on disk', async () => {
  const digest = await upload('soon');
  expect(content.has(digest)).toBe(true);
  await content.lateSync.settled([digest, sha256('never seen')]);
  expect(readdirSync(join(root, 'unsynced'))).toEqual([]);
});

test('the same blob twice at once is one blob, on disk once', async () => {
  await Promise.all([upload('twice'), upload('twice')]);
  await content.lateSync.idle();
  expect(existsSync(marker('twice'))).toBe(false);
  expect(content.has(sha256('twice'))).toBe(true);
});

test('of two that publish the same blob at once, the later one replaces nothing', async () => {
  const late = new LateSync(join(root, 'unsynced'), content);
  const digest = sha256('both');
  const files = ['a', 'b'].map(name => join(root, name));
  for (const file of files) writeFileSync(file, 'both');
  const both = files.map(file => late.publish(file, digest));
  await Promise.race(both);
  const { ino } = statSync(content.path(digest));
  await Promise.all(both);
  expect(statSync(content.path(digest)).ino).toBe(ino);
  await late.settled([digest]);
  expect([...files, marker('both')].filter(path => existsSync(path))).toEqual([]);
});

test('after a power cut a marked blob is what it says, or gone', async () => {
  await upload('whole');
  await upload('torn');
  await upload('settled');
  await content.lateSync.idle();
  for (const text of ['whole', 'torn', 'collected']) writeFileSync(marker(text), '');
  truncateSync(content.path(sha256('torn')), 2);
  content = new ContentStore(root);
  expect(await content.lateSync.recover()).toEqual([sha256('torn')]);
  expect(content.list().sort()).toEqual([sha256('whole'), sha256('settled')].sort());
  expect(readdirSync(join(root, 'unsynced'))).toEqual([]);
});
