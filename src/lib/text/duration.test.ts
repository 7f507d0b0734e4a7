import { expect, test } from 'bun:test';
import { formatDuration, humanDuration, parseDuration } from './duration.ts';

test.each([
  ['0', 0, '0s'],
  ['1h30m', 5400e9, '1h30m0s'],
  ['1.5s', 1.5e9, '1.5s'],
  ['300ms', 300e6, '300ms'],
  ['-2m', -120e9, '-2m0s'],
  ['10us', 10e3, '10µs'],
  ['7ns', 7, '7ns'],
  ['.5h', 1800e9, '30m0s'],
])('%p is %p nanoseconds, written %p', (text, nanoseconds, written) => {
  expect(parseDuration(text)).toBe(nanoseconds);
  expect(formatDuration(nanoseconds)).toBe(written);
});

test.each([
  ['', 'time: invalid duration ""'],
  ['5', 'time: missing unit in duration "5"'],
  ['5y', 'time: unknown unit "y" in duration "5y"'],
  ['x', 'time: invalid duration "x"'],
])('%p is refused', (text, message) => {
  expect(() => parseDuration(text)).toThrow(message);
});

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

test.each([
  [999, 'Less than a second'],
  [1000, '1 second'],
  [59_999, '59 seconds'],
  [minute, 'About a minute'],
  [3 * minute, '3 minutes'],
  [hour, 'About an hour'],
  [47 * hour, '47 hours'],
  [2 * day, '2 days'],
  [14 * day, '2 weeks'],
  [70 * day, '2 months'],
  [800 * day, '2 years'],
])('%p ms is %p', (milliseconds, text) => {
  expect(humanDuration(milliseconds)).toBe(text);
});
