import { expect, test } from 'bun:test';
import { usageFilters } from './usage-records.ts';

test('filters are read by name and operator, whatever the name', () => {
  expect(usageFilters(['type==regular,id~=abc', 'inuse', 'id!=x', 'type==frontend'])).toEqual({
    ...{ type: ['regular', 'frontend'], 'id~': ['abc'], 'id!': ['x'], inuse: ['true'] },
  });
  expect(usageFilters(['constructor==x'])).toEqual({ constructor: ['x'] } as never);
  expect(() => usageFilters(['a b'])).toThrow('failed to parse filter "a b"');
});
