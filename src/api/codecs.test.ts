// Query values, both ways.

import { expect, test } from 'bun:test';
import { bool, filters, int, jsonValue, jsonValues, str, strs } from './codecs.ts';
import { compareVersions, isAtLeast, maximumVersion } from './versions.ts';

test.each([
  ['', false],
  ['0', false],
  ['no', false],
  ['False', false],
  [' none ', false],
  ['1', true],
  ['true', true],
  ['yes', true],
  ['anything', true],
])('the boolean %j is %p', (text, value) => {
  expect(bool.decode([text], 'k')).toBe(value);
});

test('integers', () => {
  expect(int.decode(['-1'], 'k')).toBe(-1);
  expect(int.decode([''], 'k')).toBeUndefined();
  for (const bad of ['1.5', 'x', '0x1', '1 ']) expect(() => int.decode([bad], 'k')).toThrow('invalid syntax');
  expect(() => int.decode(['99999999999999999999'], 'k')).toThrow('value out of range');
});

test('filters as clients old and new write them', () => {
  expect(filters.decode(['{"label":["a","b"],"id":["x"]}'], 'filters')).toEqual({ label: ['a', 'b'], id: ['x'] });
  expect(filters.decode(['{"label":{"a":true,"b":true}}'], 'filters')).toEqual({ label: ['a', 'b'] });
  expect(filters.decode(['{"__proto__":["a"]}'], 'filters')).toEqual(JSON.parse('{"__proto__":["a"]}'));
  expect(filters.decode([''], 'filters')).toBeUndefined();
  expect(filters.decode(['null'], 'filters')).toBeUndefined();
  for (const bad of ['x', '[]', '"a"', '{"a":1}', '{"a":null}']) {
    expect(() => filters.decode([bad], 'filters')).toThrow('invalid filter');
  }
});

test('what is encoded is decoded to the same', () => {
  const same = <T>(
    codec: { encode(value: T): string[]; decode(values: string[], key: string): T | undefined },
    value: T,
  ) => expect(codec.decode(codec.encode(value), 'k')).toEqual(value);
  same(bool, true);
  same(bool, false);
  same(int, 42);
  same(str, 'a b&c');
  same(strs, ['a', 'b']);
  same(filters, { label: ['a=b'] });
  same(jsonValue<{ os: string }>(), { os: 'linux' });
  same(jsonValues<{ os: string }>(), [{ os: 'linux' }, { os: 'windows' }]);
  expect(filters.encode({})).toEqual([]);
});

test('a JSON value that is none names its parameter', () => {
  expect(() => jsonValue().decode(['{'], 'platform')).toThrow('invalid platform: ');
});

test('versions are compared by number', () => {
  expect(compareVersions('1.9', '1.10')).toBeLessThan(0);
  expect(compareVersions('1.51', maximumVersion)).toBe(0);
  expect(compareVersions('2', '1.99')).toBeGreaterThan(0);
  expect([isAtLeast('1.42', '1.42'), isAtLeast('1.41', '1.42')]).toEqual([true, false]);
});
