// Small pieces leave together, in order and complete.

import { expect, test } from 'bun:test';
import { BatchWriter } from './batch-writer.ts';

const turn = () => new Promise(resolve => setImmediate(resolve));

test('what is added in one turn leaves as one write', async () => {
  const writes: string[] = [];
  const batch = new BatchWriter(data => void writes.push(Buffer.from(data).toString()));
  batch.add('a');
  batch.add(Buffer.from('b'));
  expect(writes).toEqual([]);
  await turn();
  batch.add('c');
  await batch.flush();
  await turn();
  expect(writes).toEqual(['ab', 'c']);
});

test('pieces of any size arrive unchanged, in large writes, though the writer keeps the bytes', async () => {
  const kept: Uint8Array[] = [];
  const batch = new BatchWriter(data => void kept.push(data));
  const sent: Buffer[] = [];
  for (let n = 0; n < 5000; n++) {
    const piece = Buffer.alloc(n % 7 === 0 ? 0 : n % 1000 === 0 ? 200_000 : n % 300, n % 251);
    sent.push(piece);
    await batch.add(piece);
  }
  await batch.flush();
  expect(Buffer.concat(kept).equals(Buffer.concat(sent))).toBe(true);
  expect(kept.length).toBeLessThan(40);
});

test('it waits when the writer does', async () => {
  const gate = Promise.withResolvers<void>();
  const batch = new BatchWriter(() => gate.promise);
  batch.add('x');
  await turn();
  let passed = false;
  const waiting = Promise.resolve(batch.add('y')).then(() => (passed = true));
  await turn();
  expect(passed).toBe(false);
  gate.resolve();
  await waiting;
});

test('a failure of the writer is the failure of the next piece', async () => {
  const batch = new BatchWriter(() => {
    throw new Error('gone');
  });
  batch.add('x');
  await turn();
  expect(() => batch.add('y')).toThrow('gone');
});
