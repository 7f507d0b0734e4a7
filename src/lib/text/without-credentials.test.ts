import { expect, test } from 'bun:test';
import { withoutCredentials } from './without-credentials.ts';

test('passwords and tokens are not shown, everything else is', () => {
  expect(withoutCredentials('https://token@example.com/a.git#main')).toBe('https://xxxxx@example.com/a.git#main');
  expect(withoutCredentials('https://u:p@example.com/a')).toBe('https://xxxxx:xxxxx@example.com/a');
  expect(withoutCredentials('ssh://git@example.com/a')).toBe('ssh://git@example.com/a');
  expect(withoutCredentials('https://example.com/a b')).toBe('https://example.com/a b');
  expect(withoutCredentials('git@example.com:a/b')).toBe('git@example.com:a/b');
});
