import { expect, test } from 'bun:test';
import { DetachKeyFilter, parseDetachKeys } from './detach-keys.ts';

test.each([
  [undefined, [16, 17]],
  ['', [16, 17]],
  ['ctrl-a', [1]],
  ['ctrl-a,b', [1, 98]],
  ['ctrl-z,ctrl-@', [26, 0]],
  ['ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_', [27, 28, 29, 30, 31]],
  ['a,b,~', [97, 98, 126]],
])('%p', (text, keys) => {
  expect([...parseDetachKeys(text)]).toEqual(keys);
});

test.each(['foo', 'ctrl-', 'ctrl-A', 'ctrl-a,', 'ctrl-1'])('%s is refused', text => {
  expect(() => parseDetachKeys(text)).toThrow(`Unknown character: '${text.split(',').at(-1)}'`);
});

test.each([
  [['abc'], 'abc', false],
  [['a\x10', '\x11b'], 'a', true],
  [['a\x10', 'b'], 'a\x10b', false],
  [['\x10\x10\x11'], '\x10', true],
  [['ab\x10', 'c', '\x10\x10'], 'ab\x10c\x10', false],
  [['ab\x10', 'c', '\x10\x10', '\x11rest'], 'ab\x10c\x10', true],
])('typed %p', (parts, passed, detached) => {
  const filter = new DetachKeyFilter(parseDetachKeys(''));
  const results = parts.map(part => filter.push(Buffer.from(part)));
  expect(Buffer.concat(results.map(result => result.pass)).toString()).toBe(passed);
  expect(results.at(-1)?.detached).toBe(detached);
});
