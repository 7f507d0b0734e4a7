// What the options that limit a log mean.

import { describe, expect, test } from 'bun:test';
import { parseLogLimits } from './limits.ts';

describe('parseLogLimits', () => {
  test('without max-size there are none', () => {
    expect(parseLogLimits({})).toBeUndefined();
    expect(parseLogLimits({ 'max-file': '3' })).toBeUndefined();
    expect(parseLogLimits({ 'max-size': '-1', 'max-file': '3' })).toBeUndefined();
  });

  test('sizes are in powers of 1000, and one file is kept unless more are wanted', () => {
    expect(parseLogLimits({ 'max-size': '100k' })).toEqual({ maxBytes: 100_000, maxFiles: 1, compress: false });
    expect(parseLogLimits({ 'max-size': '10m', 'max-file': '3', compress: 'T' })).toEqual({
      ...{ maxBytes: 10_000_000, maxFiles: 3, compress: true },
    });
  });

  test('a size of nothing is refused', () => {
    expect(() => parseLogLimits({ 'max-size': '0' })).toThrow('max-size must be a positive number');
  });
});
