import { expect, test } from 'bun:test';
import { BlockPool } from './block-pool.ts';

const members = (count: number) => Array.from({ length: count }, (_, index) => ({ index }));

test('a few that come at once are no crowd', () => {
  const pool = new BlockPool();
  const all = members(6);
  for (const member of all.slice(0, 5)) pool.join(member);
  expect(pool.crowded).toBe(false);
  pool.join(all[5] as object);
  expect(pool.crowded).toBe(true);
  pool.leave(all[0] as object);
  expect(pool.crowded).toBe(false);
  pool.join(all[0] as object);
  pool.refuse();
  expect(pool.crowded).toBe(false);
});

test('as many may bring a chunk as there are blocks; the next when a block is back', async () => {
  const pool = new BlockPool();
  const all = members(6);
  const rooms = all.map(member => pool.room(member));
  const inside = rooms.filter(room => room === undefined).length;
  expect(inside).toBeGreaterThan(0);
  expect(inside).toBeLessThan(all.length);
  const block = await pool.take();
  expect(block.length % 4096).toBe(0);
  pool.arrived(all[0] as object);
  let entered = false;
  const next = rooms[inside]?.then(() => {
    entered = true;
  });
  await Promise.resolve();
  expect(entered).toBe(false);
  pool.giveBack(block);
  await next;
  expect(entered).toBe(true);
});

test('those who were let in and say nothing are not waited for', async () => {
  const pool = new BlockPool();
  await Promise.all(members(20).map(member => pool.room(member)));
});

test('who leaves makes room', async () => {
  const pool = new BlockPool();
  const all = members(6);
  const rooms = all.map(member => pool.room(member));
  const outside = rooms.findIndex(room => room !== undefined);
  pool.leave(all[0] as object);
  await rooms[outside];
});

test('blocks go to who waits for them, in order', async () => {
  const pool = new BlockPool();
  const taken: Buffer[] = [];
  for (let next = pool.take(); next instanceof Buffer; next = pool.take()) taken.push(next);
  const later = pool.take();
  pool.giveBack(taken[0] as Buffer);
  // The first who waited is the one whose answer the loop above threw away.
  pool.giveBack(taken[1] as Buffer);
  expect(await later).toBe(taken[1] as Buffer);
});
