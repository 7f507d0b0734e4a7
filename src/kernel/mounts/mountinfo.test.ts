import { expect, test } from 'bun:test';
import { parseMountinfo } from './mountinfo.ts';

test('a line is split at the lone dash, with any number of optional fields', () => {
  const text = [
    '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:7 - ext3 /dev/root rw,errors=continue',
    '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
    'nonsense',
    '',
  ].join('\n');
  const [first, second, ...rest] = parseMountinfo(text);
  expect(first).toEqual({
    id: 36,
    parent: 35,
    root: '/mnt1',
    target: '/mnt2',
    options: 'rw,noatime',
    propagation: ['master:1', 'shared:7'],
    type: 'ext3',
    source: '/dev/root',
    superOptions: 'rw,errors=continue',
  });
  expect(second?.propagation).toEqual([]);
  expect(rest).toEqual([]);
});

test('octal escapes are decoded', () => {
  const [entry] = parseMountinfo('1 0 0:1 / /a\\040b\\011c\\134d rw - tmpfs none rw');
  expect(entry?.target).toBe('/a b\tc\\d');
});
