import { expect, test } from 'bun:test';
import { encode } from '../message.ts';
import { contentAt, contentPacket } from './content-packet.ts';
import { packet, packetType } from './packet.ts';

test.each([1, 127, 128, 16_383, 16_384, 300_000])('%i bytes are told as the general encoder would', size => {
  for (const id of [0, 5, 0xffff_ffff]) {
    const memory = Buffer.alloc(contentAt + size, 7);
    const expected = encode(packet, { type: packetType.packetData, id, data: Buffer.alloc(size, 7) });
    expect(Buffer.compare(contentPacket(id, memory), expected)).toBe(0);
  }
});
