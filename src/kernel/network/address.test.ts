import { expect, test } from 'bun:test';
import { formatAddress, formatMac, parseAddress, parseCidr, parseMac } from './address.ts';

test.each([
  '10.0.0.1',
  '::',
  '::1',
  'fe80::1',
  '2001:db8::8:0:0:1',
  '1:0:2:3:4:5:6:7',
  '2001:db8:1:2:3:4:5:6',
  'fd00::',
])('%s survives the way to bytes and back', text => {
  expect(formatAddress(parseAddress(text))).toBe(text);
});

test('other spellings are understood', () => {
  expect(formatAddress(parseAddress('::ffff:10.0.0.1'))).toBe('::ffff:a00:1');
  expect(formatAddress(parseAddress('2001:0DB8:0:0:1:0:0:1'))).toBe('2001:db8::1:0:0:1');
});

test('what is no address is EINVAL', () => {
  for (const text of ['', '1.2.3', '1.2.3.256', 'fe80::1%eth0', 'x']) {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  }
  expect(() => parseCidr('10.0.0.0/33')).toThrow();
  expect(() => parseCidr('10.0.0.0')).toThrow();
  expect(() => parseMac('02:42')).toThrow();
});

test('hardware addresses and networks', () => {
  expect(formatMac(parseMac('02:42:AC:11:00:02'))).toBe('02:42:ac:11:00:02');
  expect(parseCidr('172.17.0.0/16')).toEqual({ address: Buffer.from([172, 17, 0, 0]), prefix: 16 });
});
