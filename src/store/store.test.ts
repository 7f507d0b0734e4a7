import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from './index.ts';

test('a collection keeps values by id, apart from other collections', () => {
  const store = openStore(':memory:');
  const first = store.collection<{ n: number }>('first');
  store.collection<string>('second').put('a', 'other');
  first.put('b', { n: 1 });
  first.put('a', { n: 2 });
  first.put('b', { n: 3 });
  expect(first.get('b')).toEqual({ n: 3 });
  expect(first.list()).toEqual([
    { id: 'a', value: { n: 2 } },
    { id: 'b', value: { n: 3 } },
  ]);
  expect(first.delete('a')).toBe(true);
  expect(first.delete('a')).toBe(false);
  expect(first.get('a')).toBeUndefined();
  expect(store.collection<string>('second').get('a')).toBe('other');
  store.close();
});

test('a throw undoes the whole transaction, the nested one too', () => {
  const store = openStore(':memory:');
  const records = store.collection<number>('records');
  records.put('kept', 1);
  expect(() =>
    store.transaction(() => {
      records.delete('kept');
      store.transaction(() => records.put('inner', 2));
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(records.list()).toEqual([{ id: 'kept', value: 1 }]);
  expect(store.transaction(() => store.transaction(() => 7))).toBe(7);
  store.close();
});

test('records are there after closing and opening, and a newer file is refused', () => {
  const directory = mkdtempSync(join(tmpdir(), 'berth-store-'));
  try {
    const path = join(directory, 'deep', 'berth.db');
    const store = openStore(path);
    store.collection('things').put('x', ['é', { nested: null }]);
    store.close();
    const again = openStore(path);
    expect(again.collection('things').get('x')).toEqual(['é', { nested: null }]);
    again.close();
    const raw = new Database(path);
    raw.run('PRAGMA user_version = 99');
    raw.close();
    expect(() => openStore(path)).toThrow('schema version 99');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a write that need not be durable survives the process that made it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-store-'));
  try {
    const path = join(folder, 'berth.db');
    const script = `
      import { openStore } from ${JSON.stringify(join(import.meta.dir, 'index.ts'))};
      const records = openStore(${JSON.stringify(path)}).collection('records');
      records.put('a', 1, { durable: false });
      records.put('b', 2);
      records.delete('b', { durable: false });
      process.kill(process.pid, 'SIGKILL');`;
    Bun.spawnSync([process.execPath, '-e', script]);
    const store = openStore(path);
    expect(store.collection('records').list()).toEqual([{ id: 'a', value: 1 }]);
    store.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
