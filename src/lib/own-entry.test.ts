import { expect, test } from 'bun:test';
import { ownEntry } from './own-entry.ts';

test('only what the record itself says', () => {
  expect(ownEntry({ a: 1 }, 'a')).toBe(1);
  expect(ownEntry({ a: 1 }, 'b')).toBeUndefined();
  expect(ownEntry({ a: 1 }, 'constructor')).toBeUndefined();
  expect(ownEntry(Object.fromEntries([['__proto__', 1]]), '__proto__')).toBe(1);
});
