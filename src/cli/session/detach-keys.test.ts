import { expect, test } from 'bun:test';
import { DetachScanner, parseDetachKeys } from './detach-keys.ts';

const scan = (scanner: DetachScanner, text: string) => {
  const { data, detached } = scanner.scan(Buffer.from(text));
  return [Buffer.from(data).toString(), detached];
};

test.each([
  ['', [16, 17]],
  ['ctrl-a,b', [1, 98]],
  ['ctrl-@,ctrl-[,ctrl-_', [0, 27, 31]],
])('%p', (text, keys) => {
  expect(parseDetachKeys(text)).toEqual(keys);
});

test('a key there is not is refused', () => {
  expect(() => parseDetachKeys('ctrl-1')).toThrow("Unknown character: 'ctrl-1'");
});

test('the sequence is found across pieces, and what only began it is passed on', () => {
  const scanner = new DetachScanner(parseDetachKeys(''));
  expect(scan(scanner, 'ab\x10')).toEqual(['ab', false]);
  expect(scan(scanner, 'c')).toEqual(['\x10c', false]);
  expect(scan(scanner, '\x10\x10')).toEqual(['\x10', false]);
  expect(scan(scanner, '\x11rest')).toEqual(['', true]);
});
