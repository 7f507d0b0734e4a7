import { afterEach, beforeEach, expect, spyOn, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../oci/digest.ts';
import { DirectFile } from '../shared/direct-file.ts';
import { BlockPool } from './block-pool.ts';
import { Uploads } from './uploads.ts';

let root: string;
let uploads: Uploads;
const published = new Map<string, Buffer>();
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-upload-file-'));
  uploads = new Uploads(root, async (path, digest) => void published.set(digest, await readFile(path)));
  published.clear();
});
afterEach(() => rmSync(root, { recursive: true }));

/** A copy of each, as chunks are given away. */
async function* inChunks(bytes: Buffer, sizes: readonly number[], cut = false) {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] as number;
    yield Buffer.from(new Uint8Array(bytes.subarray(at, at + size)).buffer);
    at += size;
  }
  if (cut) throw new Error('cut');
}

/** So many others at work that everybody is one of a crowd; returns what ends that. */
async function crowd(): Promise<() => Promise<void>> {
  const others = Promise.withResolvers<void>();
  const members = await Promise.all(Array.from({ length: 8 }, () => joinCrowd(others.promise)));
  return async () => {
    others.resolve();
    await Promise.all(members.map(({ done }) => done));
  };
}

/** Resolves when one more upload is at work, which it is until `end` does. */
async function joinCrowd(end: Promise<void>): Promise<{ done: Promise<number> }> {
  const id = await uploads.start('other');
  const begun = Promise.withResolvers<void>();
  async function* stream() {
    begun.resolve();
    yield Buffer.from('x');
    await end;
  }
  const done = uploads.append(id, 'other', stream());
  await begun.promise;
  return { done };
}

const awkward = [524_288, 300_001, 17, 131_072, 4_095, 700_000, 200_000];

test('what a crowd sends is whole, however it is cut into chunks, and went past the cache', async () => {
  const took = spyOn(BlockPool.prototype, 'take');
  const wrote = spyOn(DirectFile.prototype, 'write');
  const end = await crowd();
  try {
    await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const bytes = randomBytes(2_500_000 + index * 1_001);
        const id = await uploads.start('r');
        const sizes = [...awkward.slice(index % 7), ...awkward.slice(0, index % 7)];
        expect(await uploads.append(id, 'r', inChunks(bytes, sizes))).toBe(bytes.length);
        expect((await stat(uploads.path(id))).size).toBe(bytes.length);
        await uploads.finish(id, 'r', sha256(bytes));
        expect(published.get(sha256(bytes))?.equals(bytes)).toBe(true);
      }),
    );
    expect(took).toHaveBeenCalled();
    for (const [bytes, at] of wrote.mock.calls) expect([bytes.length % 4096, at % 4096]).toEqual([0, 0]);
  } finally {
    took.mockRestore();
    wrote.mockRestore();
    await end();
  }
});

test('a cut leaves all that came, and the upload goes on at any byte', async () => {
  const end = await crowd();
  try {
    const bytes = randomBytes(3_000_000);
    const id = await uploads.start('r');
    let there = 0;
    for (const upTo of [700_001, 700_002, 1_500_000, 2_999_999]) {
      const piece = inChunks(bytes.subarray(there, upTo), awkward, true);
      const failure = await uploads.append(id, 'r', piece, { offset: there }).catch(error => error);
      expect(failure).toMatchObject({ message: 'cut' });
      there = await uploads.size(id, 'r');
      expect(there).toBe(upTo);
    }
    await uploads.append(id, 'r', inChunks(bytes.subarray(there), awkward), { offset: there });
    expect(await uploads.finish(id, 'r', sha256(bytes))).toMatchObject({ size: bytes.length });
    expect(published.get(sha256(bytes))?.equals(bytes)).toBe(true);
  } finally {
    await end();
  }
});

test('what the disk refuses is taken back as far as the request goes', async () => {
  const end = await crowd();
  const bytes = randomBytes(2_000_000);
  const id = await uploads.start('r');
  await uploads.append(id, 'r', inChunks(bytes.subarray(0, 600_001), awkward));
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  const write = spyOn(DirectFile.prototype, 'write').mockRejectedValue(full);
  try {
    const rest = inChunks(bytes.subarray(600_001), awkward);
    expect(await uploads.append(id, 'r', rest).catch(error => error)).toBe(full);
    expect(await uploads.size(id, 'r')).toBe(600_001);
    expect((await stat(uploads.path(id))).size).toBe(600_001);
  } finally {
    write.mockRestore();
  }
  await uploads.append(id, 'r', inChunks(bytes.subarray(600_001), awkward), { offset: 600_001 });
  expect(await uploads.finish(id, 'r', sha256(bytes))).toMatchObject({ size: bytes.length });
  await end();
});

test('a file system without that way gets everything through the cache', async () => {
  const ordinary = await DirectFile.create(join(root, 'another'));
  Object.defineProperty(ordinary, 'isDirect', { value: false });
  const opened = spyOn(DirectFile, 'open').mockResolvedValue(ordinary);
  const took = spyOn(BlockPool.prototype, 'take');
  const end = await crowd();
  try {
    const bytes = randomBytes(2_000_000);
    const id = await uploads.start('r');
    await uploads.append(id, 'r', inChunks(bytes, awkward));
    expect(await uploads.finish(id, 'r', sha256(bytes))).toMatchObject({ size: bytes.length });
    expect(opened).toHaveBeenCalledTimes(1);
    expect(took).not.toHaveBeenCalled();
  } finally {
    opened.mockRestore();
    took.mockRestore();
    await end();
  }
});
