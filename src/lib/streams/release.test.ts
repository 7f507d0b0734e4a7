import { expect, test } from 'bun:test';
import { markSole, release } from './release.ts';

test('a chunk is freed when the memory is its own', () => {
  const whole = new Uint8Array(100_000);
  release(whole);
  expect(whole.length).toBe(0);
  const memory = new Uint8Array(100_000).fill(7);
  const part = memory.subarray(10, 90_000);
  release(part);
  expect([part.length, memory[50]]).toEqual([89_990, 7]);
  markSole(part);
  release(part);
  expect([part.length, memory.length]).toEqual([0, 0]);
});
