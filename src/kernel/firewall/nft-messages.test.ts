import { expect, test } from 'bun:test';
import { elementMessages, readElements } from './nft-messages.ts';

const key = (number: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(number);
  return bytes;
};

test('elements survive the way to bytes and back', () => {
  const elements = [
    { set: 'a', key: key(1), data: Buffer.from([10, 0, 0, 1]) },
    { set: 'b', key: key(2) },
    { set: 'a', key: key(3), data: Buffer.from([10, 0, 0, 2]) },
  ];
  const [a, b, ...rest] = elementMessages('t', elements);
  expect(rest).toEqual([]);
  expect(readElements(a!)).toEqual([
    { key: key(1), data: Buffer.from([10, 0, 0, 1]) },
    { key: key(3), data: Buffer.from([10, 0, 0, 2]) },
  ]);
  expect(readElements(b!)).toEqual([{ key: key(2) }]);
});

test('many elements are split over messages', () => {
  const messages = elementMessages(
    't',
    Array.from({ length: 5000 }, (_, index) => ({ set: 's', key: key(index) })),
  );
  expect(messages.length).toBeGreaterThan(1);
  expect(messages.every(message => message.length < 65536)).toBe(true);
  expect(messages.flatMap(readElements)).toHaveLength(5000);
});

test('nothing gives nothing', () => {
  expect(elementMessages('t', [])).toEqual([]);
  expect(readElements(Buffer.alloc(4))).toEqual([]);
});
