// Internet and link addresses between text and bytes.
import { isIPv4, isIPv6 } from 'node:net';
import { systemCallError } from '../libc/system-call-error.ts';

/** 4 or 16 bytes in network order. Anything but an address is SystemCallError EINVAL. */
export function parseAddress(text: string): Buffer {
  if (isIPv4(text)) return Buffer.from(text.split('.').map(Number));
  if (isIPv6(text) && !text.includes('%')) return parseIpv6(text);
  throw systemCallError('parse address', 'EINVAL', text);
}

/** The shortest usual form of 4 or 16 bytes. */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const words = Array.from({ length: 8 }, (_, index) =>
    ((bytes[index * 2]! << 8) | bytes[index * 2 + 1]!).toString(16),
  );
  const zeros = [...` ${words.join(' ')} `.matchAll(/( 0)+(?= )/g)].map(match => match[0].length / 2);
  const longest = Math.max(0, ...zeros);
  if (longest < 2) return words.join(':');
  const run = Array.from({ length: 8 }, (_, start) => start).find(start => allZero(words, start, longest))!;
  return `${words.slice(0, run).join(':')}::${words.slice(run + longest).join(':')}`;
}

/** 6 bytes of `02:42:ac:11:00:02`. */
export function parseMac(text: string): Buffer {
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text)) throw systemCallError('parse hardware address', 'EINVAL', text);
  return Buffer.from(text.replaceAll(':', ''), 'hex');
}

/** `02:42:ac:11:00:02`. */
export function formatMac(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(':');
}

/** `10.0.0.0/8` → bytes and prefix length. */
export function parseCidr(text: string): { address: Buffer; prefix: number } {
  const [address = '', length = ''] = text.split('/');
  const bytes = parseAddress(address);
  const prefix = Number(length);
  if (!/^\d+$/.test(length) || prefix > bytes.length * 8) throw systemCallError('parse network', 'EINVAL', text);
  return { address: bytes, prefix };
}

function parseIpv6(text: string): Buffer {
  const bytes = Buffer.alloc(16);
  const [head = '', tail] = text.split('::');
  const before = ipv6Words(head);
  const after = tail === undefined ? [] : ipv6Words(tail);
  for (const [index, word] of before.entries()) bytes.writeUInt16BE(word, index * 2);
  for (const [index, word] of after.entries()) bytes.writeUInt16BE(word, 16 - (after.length - index) * 2);
  return bytes;
}

function ipv6Words(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap(word => {
    if (!word.includes('.')) return [Number.parseInt(word, 16)];
    const [a, b, c, d] = word.split('.').map(Number);
    return [(a! << 8) | b!, (c! << 8) | d!];
  });
}

function allZero(words: string[], start: number, length: number): boolean {
  const run = words.slice(start, start + length);
  return run.length === length && run.every(word => word === '0');
}
