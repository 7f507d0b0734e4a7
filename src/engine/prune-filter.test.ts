import { expect, test } from 'bun:test';
import { pruneFilter } from './prune-filter.ts';

const old = { created: '2020-01-01T00:00:00Z', labels: { keep: 'yes', color: 'red' } };
const young = { created: new Date().toISOString(), labels: null };

test('nothing asked for is everything', () => {
  expect([old, young].map(pruneFilter({}))).toEqual([true, true]);
});

test('age and labels restrict, all of them', () => {
  expect([old, young].map(pruneFilter({ until: ['1h'] }))).toEqual([true, false]);
  expect([old, young].map(pruneFilter({ label: ['keep', 'color=red'] }))).toEqual([true, false]);
  expect([old, young].map(pruneFilter({ label: ['color=blue'] }))).toEqual([false, false]);
  expect([old, young].map(pruneFilter({ 'label!': ['keep'] }))).toEqual([false, true]);
});

test('what is unknown is refused', () => {
  expect(() => pruneFilter({ bogus: ['x'] })).toThrow("invalid filter 'bogus'");
  expect(() => pruneFilter({ until: ['1h', '2h'] })).toThrow('more than one until filter specified');
  expect(() => pruneFilter({ until: ['never'] })).toThrow('failed to parse');
  expect(() => pruneFilter({ dangling: ['true'] }, ['dangling'])).not.toThrow();
});
