import { expect, test } from 'bun:test';
import { idInside, idOutside, rootOutside } from './id-map.ts';

const ranges = [
  { containerId: 0, hostId: 100_000, size: 10 },
  { containerId: 10, hostId: 500_000, size: 5 },
];

test('ids go both ways through several ranges', () => {
  for (const [inside, outside] of [
    [0, 100_000],
    [9, 100_009],
    [10, 500_000],
    [14, 500_004],
  ] as const) {
    expect(idOutside(ranges, inside)).toBe(outside);
    expect(idInside(ranges, outside)).toBe(inside);
  }
});

test('an id without a counterpart is nobody inside and nothing outside', () => {
  expect(idOutside(ranges, 15)).toBeUndefined();
  for (const id of [0, 99_999, 100_010, 500_005]) expect(idInside(ranges, id)).toBe(65534);
});

test('root is where 0 is', () => {
  expect(rootOutside({ uid: ranges, gid: ranges.slice(0, 1) })).toEqual({ uid: 100_000, gid: 100_000 });
  expect(rootOutside({ uid: ranges, gid: ranges.slice(1) })).toBeUndefined();
});
