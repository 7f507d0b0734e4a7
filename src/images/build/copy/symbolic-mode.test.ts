import { expect, test } from 'bun:test';
import { applySymbolicMode } from './symbolic-mode.ts';

test.each([
  ['u=rwX,go=rX', 0o644, false, 0o644],
  ['u=rwX,go=rX', 0o600, true, 0o755],
  ['u=rwX,go=rX', 0o4700, false, 0o755],
  ['+x', 0o644, false, 0o755],
  ['go-w', 0o666, false, 0o644],
  ['g=u', 0o640, false, 0o660],
  ['u+s,o=', 0o755, false, 0o4750],
  ['a+t', 0o777, true, 0o1777],
])('%s makes of %o', (rules, mode, isDirectory, expected) => {
  expect(applySymbolicMode(rules, mode, isDirectory)).toBe(expected);
});

test('a bad rule is refused', () => {
  expect(() => applySymbolicMode('u?x', 0o644, false)).toThrow("invalid chmod parameter: 'u?x'");
});
