import { expect, test } from 'bun:test';
import { warningTexts } from './warning-header.ts';

test('warnings of a registry, and nothing else that stands in the header', () => {
  expect(warningTexts('299 - "It is \\"old\\", sadly.", 299 - "Go."')).toEqual(['It is "old", sadly.', 'Go.']);
  expect(warningTexts('110 cache "Response is stale"')).toEqual([]);
  expect(warningTexts('299 - unquoted')).toEqual([]);
  expect(warningTexts(undefined)).toEqual([]);
});

test('a terminal is not moved by them', () => {
  expect(warningTexts('299 - "a\x1b[2Jb\x9bc\td"')).toEqual(['a[2Jbcd']);
});
