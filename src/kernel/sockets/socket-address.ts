// struct sockaddr, by family, and the numbers that kinds of sockets have (x86-64 and arm64).
import { parseAddress } from '../network/address.ts';

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_SEQPACKET = 5;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const SOL_SOCKET = 1;
/** sun_path, its NUL included. */
export const unixPathSize = 108;

/** sockaddr_in or sockaddr_in6, by the kind of address. */
export function internetAddress(address: string, port: number): { family: number; bytes: Buffer } {
  const ip = parseAddress(address);
  const family = ip.length === 4 ? AF_INET : AF_INET6;
  const bytes = Buffer.alloc(family === AF_INET ? 16 : 28);
  bytes.writeUInt16LE(family, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(ip, family === AF_INET ? 4 : 8);
  return { family, bytes };
}

/** The port of a sockaddr_in or sockaddr_in6. */
export function portOf(address: Buffer): number {
  return address.readUInt16BE(2);
}

/** sockaddr_un; `path` must be shorter than unixPathSize. */
export function unixAddress(path: string): Buffer {
  const bytes = Buffer.alloc(2 + Buffer.byteLength(path) + 1);
  bytes.writeUInt16LE(AF_UNIX, 0);
  bytes.write(path, 2);
  return bytes;
}
