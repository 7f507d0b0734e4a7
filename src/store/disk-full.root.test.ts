// A disk without any room: what is written is refused, what is removed goes. Needs root, for a small disk of its own.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from './index.ts';

let disk: string;
let store: Store;
beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), 'berth-store-'));
  const { exitCode, stderr } = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', 'size=24m', 'berth-test', disk]);
  if (exitCode !== 0) throw new Error(stderr.toString());
  store = openStore(join(disk, 'berth.db'));
});
afterEach(() => {
  store.close();
  Bun.spawnSync(['umount', '-l', disk]);
  rmSync(disk, { recursive: true, force: true });
});

function fill(): void {
  for (const part of [1024 * 1024, 4096, 1]) {
    try {
      for (;;) writeFileSync(join(disk, 'filler'), Buffer.alloc(part), { flag: 'a' });
    } catch {
      // Not even that much fits.
    }
  }
}

test('records are removed one by one and together, and the rest is there still', () => {
  const records = store.collection<string>('records');
  for (let n = 0; n < 2000; n++) records.put(String(n), 'x'.repeat(500), { durable: false });
  expect(existsSync(join(disk, 'berth.db-reserve'))).toBe(true);
  fill();
  const writing = () => {
    for (let n = 0; n < 2000; n++) records.put(`new ${n}`, 'x'.repeat(500));
  };
  expect(writing).toThrow('full');
  for (let n = 0; n < 900; n++) expect(records.delete(String(n))).toBe(true);
  const freed = store.transaction(
    () => {
      for (let n = 900; n < 1900; n++) records.delete(String(n));
      return 'freed';
    },
    { frees: true },
  );
  expect(freed).toBe('freed');
  rmSync(join(disk, 'filler'));
  records.put('afterwards', 'x');
  expect(records.list().filter(({ id }) => /^\d+$/.test(id))).toHaveLength(100);
  expect(records.get('afterwards')).toBe('x');
});
