// Blobs that arrive over some time: appended, followed, interrupted, gone on with.
import { afterEach, beforeEach, expect, spyOn, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../oci/digest.ts';
import { ContentStore, type PartialBlob, readGrowing } from './index.ts';

let root: string;
let content: ContentStore;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-partial-'));
  content = new ContentStore(root);
});
afterEach(() => rmSync(root, { recursive: true }));

const whole = Buffer.alloc(3_500_000, 'the bytes of a blob, ');
const digest = sha256(whole);
async function followed(blob: PartialBlob): Promise<Buffer> {
  const { file, sizes } = await blob.follow();
  try {
    return Buffer.concat(await Array.fromAsync(readGrowing(file.fd, sizes)));
  } finally {
    await file.close();
  }
}
const partials = () => readdirSync(join(root, 'partial'));

test('those who follow get every byte, whenever they come', async () => {
  const blob = await content.resume(digest);
  const early = followed(blob);
  for (let at = 0; at < whole.length; at += 300_000) await blob.append(whole.subarray(at, at + 300_000));
  const between = followed(blob);
  await blob.verify();
  await content.publish(blob, content.pins.lease());
  await blob.close();
  expect((await early).equals(whole)).toBe(true);
  expect((await between).equals(whole)).toBe(true);
  expect((await content.bytes(digest)).equals(whole)).toBe(true);
});

test('what was there when it was interrupted is there the next time, a restart of the process between', async () => {
  const first = await content.resume(digest);
  await first.append(whole.subarray(0, 1_234_567));
  await first.close();
  const again = new ContentStore(root);
  again.sweep();
  const second = await again.resume(digest);
  expect(second.size).toBe(1_234_567);
  const all = followed(second);
  await second.append(whole.subarray(second.size));
  await second.verify();
  await again.publish(second, again.pins.lease());
  await second.close();
  expect((await all).equals(whole)).toBe(true);
  expect(partials()).toEqual([]);
  expect(again.list()).toEqual([digest]);
});

test('other bytes than the digest says are refused, and can be fetched anew', async () => {
  const blob = await content.resume(digest);
  await blob.append(Buffer.alloc(whole.length));
  const follower = followed(blob);
  const failed = follower.then(
    () => 'ended',
    error => String(error),
  );
  await expect(blob.verify()).rejects.toMatchObject({ kind: 'invalid' });
  await blob.restart();
  expect(await failed).toContain('began anew');
  expect(blob.size).toBe(0);
  await blob.append(whole);
  await blob.verify();
  expect((await followed(blob)).equals(whole)).toBe(true);
  await blob.discard();
  expect(partials()).toEqual([]);
});

test('who follows anew while it begins anew gets the right bytes', async () => {
  const blob = await content.resume(digest);
  await blob.append(Buffer.alloc(whole.length));
  await expect(blob.verify()).rejects.toMatchObject({ kind: 'invalid' });
  const restarting = blob.restart();
  // Before any system call has ended, and so before the file was cut.
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  expect(blob.size).toBe(0);
  const anew = followed(blob);
  await restarting;
  await blob.append(whole);
  await blob.verify();
  expect((await anew).equals(whole)).toBe(true);
  await blob.discard();
});

test('those who follow hear why no more will come', async () => {
  const blob = await content.resume(digest);
  await blob.append(whole.subarray(0, 2_000_000));
  const follower = followed(blob);
  blob.fail(new Error('no network'));
  await expect(follower).rejects.toThrow('no network');
  await blob.close();
  expect(partials()).toHaveLength(1);
});

test('a download nobody went on with for a day is swept', async () => {
  const blob = await content.resume(digest);
  await blob.append(whole.subarray(0, 10));
  await blob.close();
  const path = join(root, 'partial', partials()[0] as string);
  content.sweep();
  expect(partials()).toHaveLength(1);
  const before = Date.now() / 1000 - 25 * 3600;
  utimesSync(path, before, before);
  content.sweep();
  expect(partials()).toEqual([]);
});

test('downloads that broke off can be forgotten, but not one that runs', async () => {
  const blob = await content.resume(digest);
  await blob.append(whole.subarray(0, 10));
  await blob.close();
  expect(content.forgetDownloads(() => true)).toBe(0);
  expect(partials()).toHaveLength(1);
  expect(content.forgetDownloads(running => running !== digest)).toBe(10);
  expect(partials()).toEqual([]);
});

test('what piles up behind a slow disk is written in the order in which it came', async () => {
  await using any = await open(join(root, 'any'), 'w');
  type Write = (this: FileHandle, chunks: readonly Uint8Array[]) => Promise<{ bytesWritten: number }>;
  const files: { writev: Write } = Object.getPrototypeOf(any);
  const write = files.writev;
  const disk = Promise.withResolvers<void>();
  let writing = 0;
  let most = 0;
  const slow = spyOn(files, 'writev').mockImplementation(async function (this: FileHandle, chunks) {
    most = Math.max(most, ++writing);
    await disk.promise;
    const written = await write.call(this, chunks);
    writing--;
    return written;
  });
  try {
    const blob = await content.resume(digest);
    await blob.append(whole.subarray(0, 1_200_000));
    await blob.append(whole.subarray(1_200_000, 1_300_000));
    // As long as it takes until even so little wants to be written.
    await Bun.sleep(250);
    const last = blob.append(whole.subarray(1_300_000));
    disk.resolve();
    await last;
    await blob.verify();
    await content.publish(blob, content.pins.lease());
    await blob.close();
    expect(most).toBe(1);
    expect((await content.bytes(digest)).equals(whole)).toBe(true);
  } finally {
    slow.mockRestore();
  }
});

test('where the disk took not everything, all of it can be forgotten', async () => {
  await using any = await open(join(root, 'any'), 'w');
  const files: { writev: (chunks: readonly Uint8Array[]) => Promise<unknown> } = Object.getPrototypeOf(any);
  const blob = await content.resume(digest);
  await blob.append(whole.subarray(0, 1_200_000));
  const full = spyOn(files, 'writev').mockRejectedValue(Object.assign(new Error('full'), { code: 'ENOSPC' }));
  try {
    await blob.append(whole.subarray(1_200_000, 2_400_000));
    await expect(blob.verify()).rejects.toThrow('full');
  } finally {
    full.mockRestore();
  }
  await blob.restart();
  expect([blob.size, statSync(blob.path).size]).toEqual([0, 0]);
  await blob.append(whole);
  await blob.verify();
  await blob.close();
});
