import { expect, test } from 'bun:test';
import { bytesSize, humanSize, parseHumanSize, parseRamBytes } from './units.ts';

test.each([
  [0, 3, '0B'],
  [999, 3, '999B'],
  [1000, 3, '1kB'],
  [1982546, 3, '1.98MB'],
  [120_700_000, 4, '120.7MB'],
  [1e12, 4, '1TB'],
  [12.5, 4, '12.5B'],
  [999_900, 3, '1e+03kB'],
])('%p bytes with %p digits are %p', (bytes, precision, text) => {
  expect(humanSize(bytes, precision)).toBe(text);
});

test('powers of 1024 have their own names', () => {
  expect([bytesSize(25276502016), bytesSize(1024), bytesSize(64 * 1024 * 1024)]).toEqual(['23.54GiB', '1KiB', '64MiB']);
});

test.each([
  ['512', 512],
  ['1k', 1024],
  ['64m', 67108864],
  ['1.5GiB', 1610612736],
  ['2 GB', 2147483648],
  ['5b', 5],
  ['1T', 1099511627776],
])('%p is %p bytes', (text, bytes) => {
  expect(parseRamBytes(text)).toBe(bytes);
});

test('parseHumanSize counts in thousands', () => {
  expect(parseHumanSize('10MB')).toBe(10_000_000);
});

test.each([
  ['', "invalid size: ''"],
  ['abc', "invalid size: 'abc'"],
  ['-5', "invalid size: '-5'"],
  ['1zb', "invalid suffix: 'zb'"],
  ['1kk', "invalid suffix: 'kk'"],
])('%p is refused', (text, message) => {
  expect(() => parseRamBytes(text)).toThrow(message);
});
