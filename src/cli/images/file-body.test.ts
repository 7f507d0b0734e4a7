import { expect, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileBody } from './file-body.ts';

test('what is left of a file is read to the end it had, and what is no file has no length', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-file-body-'));
  const path = join(folder, 'file');
  const bytes = randomBytes(700_000);
  writeFileSync(path, bytes);
  const descriptor = openSync(path, 'r');
  try {
    readSync(descriptor, Buffer.alloc(1000), 0, 1000, null);
    const body = fileBody(descriptor);
    expect(body?.length).toBe(699_000);
    writeFileSync(path, 'more', { flag: 'a' });
    const read: Buffer[] = [];
    for await (const chunk of body ?? []) read.push(Buffer.from(chunk));
    expect(Buffer.concat(read).equals(bytes.subarray(1000))).toBe(true);
    truncateSync(path, 10);
    const rest = fileBody(descriptor);
    expect([rest?.length, (await Array.fromAsync(rest ?? [])).length]).toEqual([0, 0]);
  } finally {
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  }
  const folderItself = openSync(tmpdir(), 'r');
  expect(fileBody(folderItself)).toBeUndefined();
  closeSync(folderItself);
  expect(fileBody(descriptor + 1000)).toBeUndefined();
});
