import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CachedWrites } from './cached-writes.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-cached-writes-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('what is written at once is there at once; a disk that holds up is left to other threads for a while', async () => {
  const path = join(folder, 'data');
  await using file = await open(path, 'a');
  let clock = 0;
  let step = 0;
  const writes = new CachedWrites(() => (clock += step));
  expect(writes.write(file, Buffer.from('quick '))).toBeUndefined();
  step = 500;
  expect(writes.write(file, Buffer.from('slow '))).toBeUndefined();
  step = 0;
  expect(writes.heldUp).toBe(true);
  const large = Buffer.alloc(1_300_000, 'x');
  const later = writes.write(file, large);
  expect(later).toBeInstanceOf(Promise);
  await later;
  expect((await readFile(path)).equals(Buffer.concat([Buffer.from('quick slow '), large]))).toBe(true);
  clock += 10_000;
  expect(writes.heldUp).toBe(false);
  expect(writes.write(file, Buffer.from('!'))).toBeUndefined();
});
