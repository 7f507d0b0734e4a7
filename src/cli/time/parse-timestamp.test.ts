import { expect, test } from 'bun:test';
import { parseTimestamp } from './parse-timestamp.ts';

const now = 1_700_000_000_000;

test('ages count back from now, and 0 is the epoch', () => {
  expect(parseTimestamp('10s', now)).toBe('1699999990.000000000');
  expect(parseTimestamp('-1m', now)).toBe('1700000060.000000000');
  expect(parseTimestamp('0s', now)).toBe('1700000000.000000000');
  expect(parseTimestamp('0', now)).toBe('0');
});

test('dates and seconds are themselves', () => {
  expect(parseTimestamp('2023-11-14T22:13:20Z', now)).toBe('1700000000.000000000');
  expect(parseTimestamp('1700000000.5', now)).toBe('1700000000.5');
  expect(() => parseTimestamp('x', now)).toThrow('failed to parse value as time or duration: "x"');
});
