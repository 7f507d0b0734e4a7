// Packets with the content of files, made around bytes that are in memory already.
import { encode } from '../message.ts';
import { packet, packetType } from './packet.ts';

/** Where the content is in the memory that a packet is made of: what is before it is for what the packet says of it. */
export const contentAt = 32;

/** Key of the field `data`: number 4, bytes. */
const dataKey = (4 << 3) | 2;

/** The packet with the content of `memory` from `contentAt` on. It is a view of that memory, which belongs to it now. */
export function contentPacket(id: number, memory: Buffer): Uint8Array {
  const head = [...encode(packet, { type: packetType.packetData, id }), dataKey];
  for (let rest = memory.length - contentAt; ; rest >>>= 7) {
    head.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  memory.set(head, contentAt - head.length);
  return memory.subarray(contentAt - head.length);
}
