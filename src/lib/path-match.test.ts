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
])('%s against %s is %p', (pattern, name, expected) => {
  expect(matchPattern(pattern, name)).toBe(expected);
});
