import { expect, test } from 'bun:test';
import { clampedUlimits } from './clamped-ulimits.ts';

const ceilings = { RLIMIT_NOFILE: 20_000 };

test('limits above the ones of the host are lowered with a warning', () => {
  expect(clampedUlimits([{ Name: 'nofile', Soft: 10, Hard: 30_000 }], ceilings)).toEqual([
    'Your host does not allow a ulimit nofile of 10:30000. Lowered to its own hard limit of 20000.',
  ]);
  expect(clampedUlimits([{ Name: 'nofile', Soft: -1, Hard: -1 }], ceilings)).toHaveLength(1);
});

test('limits within them, and those the host has none for, are as they were asked for', () => {
  const fine = [
    { Name: 'nofile', Soft: 10, Hard: 20_000 },
    { Name: 'core', Soft: -1, Hard: -1 },
  ];
  expect(clampedUlimits(fine, ceilings)).toEqual([]);
});
