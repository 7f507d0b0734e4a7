import { expect, test } from 'bun:test';
import { addFilter } from './filters.ts';

test('values gather under their key, once each', () => {
  const filters = ['name=a', 'NAME = b ', 'name=a', 'label=x=y', ''].reduce(addFilter, {});
  expect(filters).toEqual({ name: ['a', 'b'], label: ['x=y'] });
});

test('a key may have the name of what every object has', () => {
  expect(addFilter({}, 'constructor=x')).toEqual({ constructor: ['x'] } as never);
});

test('a filter needs a value', () => {
  expect(() => addFilter({}, 'name')).toThrow('bad format of filter (expected name=value)');
});
