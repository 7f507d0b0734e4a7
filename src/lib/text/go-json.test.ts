import { expect, test } from 'bun:test';
import { goJson, sortedKeys } from './go-json.ts';

test('documents are written as Go writes them', () => {
  expect(goJson({ b: '<a> & \u2028', a: [1] })).toBe('{"b":"\\u003ca\\u003e \\u0026 \\u2028","a":[1]}');
  expect(goJson({ a: 1 }, { indented: true })).toBe('{\n  "a": 1\n}');
  expect(Object.keys(sortedKeys({ b: 1, a: 2, B: 3 }))).toEqual(['B', 'a', 'b']);
});
