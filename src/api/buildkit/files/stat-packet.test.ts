import { expect, test } from 'bun:test';
import { FrameReader } from '../../../lib/grpc/frames.ts';
import { encode } from '../message.ts';
import { packet, packetType, type Stat } from './packet.ts';
import { StatPackets } from './stat-packet.ts';

test.each<[string, Partial<Stat>]>([
  ['nothing', {}],
  ['a file', { path: 'src/main.c', mode: 0o644, size: 4242, modTime: 1_763_736_000_123_456_789n }],
  ['a directory', { path: 'src', mode: 0x8000_01ed, modTime: 1n }],
  ['a link', { path: 'l', mode: 0x0800_01ff, linkname: '../ü/long', modTime: 1n << 40n }],
  ['an owner', { path: 'x', uid: 1000, gid: 0xffff_fffe, size: 2 ** 40 + 1 }],
  ['a time before 1970', { path: 'old', modTime: -1_500_000_000n }],
  ['the last moments', { path: 'z', modTime: (1n << 63n) - 1n, size: 2 ** 53 - 1 }],
  ['a name of 127 bytes', { path: 'n'.repeat(127) }],
  ['a name of 128 bytes', { path: 'n'.repeat(128) }],
  ['a name whose bytes are more than its characters', { path: 'ü'.repeat(100) }],
  ['a name of characters outside the first plane', { path: '😀'.repeat(40) }],
  ['a name that needs a long length', { path: 'd/'.repeat(4000), linkname: 'e' }],
  ['a name too long for the short way', { path: 'd/'.repeat(100_000) }],
  ['a device', { path: 'null', mode: 0x0420_01b6, devmajor: 1, devminor: 3 }],
  ['attributes', { path: 'x', xattrs: { 'user.a': Buffer.from('b') } }],
])('%s is told as the general encoder would', (_what, stat) => {
  const expected = Buffer.from(encode(packet, { type: packetType.packetStat, stat }));
  const packets = new StatPackets();
  packets.add(stat);
  expect(new FrameReader().push(packets.take())).toEqual([expected]);
});

test('all that was added since the last time is taken, and stays as it is when others follow', () => {
  const packets = new StatPackets();
  const stats = Array.from({ length: 5000 }, (_, at) => ({ path: `some/where/${at}`, size: at, modTime: BigInt(at) }));
  const taken = stats.flatMap((stat, at) => {
    packets.add(stat);
    return at % 1700 === 1699 ? [packets.take()] : [];
  });
  packets.end();
  taken.push(packets.take());
  const told = new FrameReader().push(Buffer.concat(taken));
  expect(told).toHaveLength(5001);
  const expected = [...stats.map(stat => ({ stat })), { type: packetType.packetStat }];
  expect(told.every((bytes, at) => bytes.equals(encode(packet, expected[at] ?? {})))).toBe(true);
  expect(packets.take()).toHaveLength(0);
});
