// Chunks of any size, on a disk and where the file system knows no way past its memory.
import { expect, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectFile } from '../shared/direct-file.ts';
import { PortionWriter } from './portion-writer.ts';

const mebi = 1024 * 1024;

for (const folder of [tmpdir(), '/dev/shm']) {
  test.each([0, 1, mebi - 1, mebi, 3 * mebi + 5])(`%p bytes in ${folder}`, async size => {
    const root = mkdtempSync(join(folder, 'berth-portions-'));
    try {
      const path = join(root, 'file');
      const bytes = randomBytes(size);
      await using file = await DirectFile.create(path);
      const writer = new PortionWriter(file);
      const half = size >> 1;
      const inFile = await writer.append([bytes.subarray(0, half), bytes.subarray(half, half), bytes.subarray(half)]);
      expect(inFile).toBe(size - (size % mebi));
      expect(readFileSync(path).equals(bytes.subarray(0, inFile))).toBe(true);
      await writer.finish();
      expect(readFileSync(path).equals(bytes)).toBe(true);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
}
