import { expect, test } from 'bun:test';
import { alignColumns } from './table.ts';

test('columns are as wide as their widest cell and three spaces, at least ten', () => {
  expect(alignColumns(['A\tLONG HEADER\tC', 'a very long cell\tb\tc'])).toEqual([
    'A                  LONG HEADER   C',
    'a very long cell   b             c',
  ]);
  expect(alignColumns(['ID\tTAG', 'x\ty'])).toEqual(['ID        TAG', 'x         y']);
});

test('a column ends at the first line without it', () => {
  expect(alignColumns(['aaaaaaaaaaaaaa\tb', 'plain', 'c\td'])).toEqual(['aaaaaaaaaaaaaa   b', 'plain', 'c         d']);
});
