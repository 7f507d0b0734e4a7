import { expect, test } from 'bun:test';
import { matchPattern } from './path-match.ts';

test.each([
  ['busybox', 'busybox', true],
  ['busy*', 'busybox:latest', true],
  ['*', 'library/busybox', false],
  ['*/*', 'library/busybox', true],
  ['b?sybox', 'busybox', true],
  ['[a-c]usybox', 'busybox', true],
  ['[^a-c]usybox', 'busybox', false],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'axb', false],
  ['a-b:1.0', 'a-b:1.0', true],
  ['[', '[', false],
  ['[]a]', ']', false],
  ['[\\]a]', ']', true],
  ['[-]', '-', false],
  ['[a-]', 'a', false],
  ['[b-a]x', 'ax', false],
  ['[a-cx-z]', 'y', true],
  ['[&~|.]', '~', true],
  ['[^/]', '.', true],
  ['a\\', 'a', false],
  ['*.tx?', 'a.txt', true],
])('%s against %s is %p', (pattern, name, expected) => {
  expect(matchPattern(pattern, name)).toBe(expected);
});
