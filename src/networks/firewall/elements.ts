// Published ports as elements of the table's two maps, in the kernel's byte layout.

import type { SetElement } from '../../kernel/index.ts';
import { parseIpv4 } from '../ipam/ipv4.ts';
import type { PortBinding, Protocol } from '../network.ts';

/** Names of the maps in the table; see ruleset.ts. */
export const portMaps = { anyAddress: 'published', oneAddress: 'published_on' } as const;

/** IANA protocol numbers. */
const protocolNumbers: Record<Protocol, number> = { tcp: 6, udp: 17, sctp: 132 };

/**
 * The map element that sends a published port to `address`. Every part of a concatenation begins on a multiple of
 * 4 bytes (the kernel's nf_tables registers): protocol in byte 0 and port in bytes 4–5, network order.
 */
export function portElement(binding: PortBinding, address: string): SetElement & { data: Buffer } {
  const protocol = Buffer.alloc(4);
  protocol[0] = protocolNumbers[binding.protocol];
  const data = Buffer.concat([addressPart(address), portPart(binding.containerPort)]);
  const port = portPart(binding.hostPort);
  if (binding.hostIp === '0.0.0.0') return { set: portMaps.anyAddress, key: Buffer.concat([protocol, port]), data };
  return { set: portMaps.oneAddress, key: Buffer.concat([addressPart(binding.hostIp), protocol, port]), data };
}

/** What has to change so that a map holds exactly `wanted`: elements of `present` to remove, elements to add. */
export function planElements<T extends { key: Buffer; data?: Buffer }>(
  present: { key: Buffer; data?: Buffer }[],
  wanted: T[],
): { remove: { key: Buffer }[]; add: T[] } {
  const text = (element: { key: Buffer; data?: Buffer }) =>
    `${element.key.toString('hex')}:${element.data?.toString('hex') ?? ''}`;
  const want = new Set(wanted.map(text));
  const have = new Set(present.map(text));
  return {
    remove: present.filter(element => !want.has(text(element))).map(({ key }) => ({ key })),
    add: wanted.filter(element => !have.has(text(element))),
  };
}

function addressPart(address: string): Buffer {
  const part = Buffer.alloc(4);
  part.writeUInt32BE(parseIpv4(address) ?? 0);
  return part;
}

function portPart(port: number): Buffer {
  const part = Buffer.alloc(4);
  part.writeUInt16BE(port);
  return part;
}
