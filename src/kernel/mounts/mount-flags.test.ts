import { expect, test } from 'bun:test';
import { MS, parseMountOptions } from './mount-flags.ts';

test('flags and data are told apart, later words win', () => {
  expect(parseMountOptions('defaults,nosuid,ro,rw,addr=10.0.0.1,size=1m')).toEqual({
    flags: MS.NOSUID,
    data: 'addr=10.0.0.1,size=1m',
  });
  expect(parseMountOptions('rbind,ro').flags).toBe(MS.BIND | MS.REC | MS.RDONLY);
  expect(parseMountOptions('')).toEqual({ flags: 0, data: '' });
});
