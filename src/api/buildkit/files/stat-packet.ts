// Packets that tell of files: the same bytes as `encode(packet, { stat })`, several times faster, since a directory has
// thousands of them.
import { prefix, writePrefix } from '../../../lib/grpc/frames.ts';
import { encode } from '../message.ts';
import { packet, packetType, type Stat } from './packet.ts';

/** Keys of protobuf's fields: number and wire type (0: varint, 2: bytes). */
const keys = {
  packetStat: (2 << 3) | 2,
  path: (1 << 3) | 2,
  mode: 2 << 3,
  uid: 3 << 3,
  gid: 4 << 3,
  size: 5 << 3,
  modTime: 6 << 3,
  linkname: (7 << 3) | 2,
} as const;

/** For all but the texts, in bytes. */
const room = 128;
/** Of a varint that says how long the inner message is; most take one. */
const longestLength = 3;
/** Texts that may take more bytes go the general way. */
const longest = 16 * 1024;
const bytesOfCharacter = 3;
const memory = 64 * 1024;

/** Gathers packets, each as a frame of gRPC: one piece of memory, instead of one for each and a copy of all. */
export class StatPackets {
  #buffer = Buffer.allocUnsafeSlow(memory);
  /** Where those begin that were not taken yet, and where they end. */
  #begin = 0;
  #end = 0;
  readonly #long = new BigInt64Array(1);
  /** Little-endian, as all machines are that this runs on. */
  readonly #halves = new Uint32Array(this.#long.buffer);

  add(stat: Partial<Stat>): void {
    const { path = '', linkname = '', size = 0, modTime = 0n } = stat;
    const most = (path.length + linkname.length) * bytesOfCharacter;
    if (most > longest || stat.devmajor || stat.devminor || stat.xattrs) {
      this.#addWhole(encode(packet, { type: packetType.packetStat, stat }));
      return;
    }
    this.#reserve(prefix + most + room);
    const buffer = this.#buffer;
    const start = this.#end + prefix;
    const inner = start + 2;
    let at = writeText(buffer, inner, keys.path, path);
    at = writeNumber(buffer, at, keys.mode, stat.mode ?? 0);
    at = writeNumber(buffer, at, keys.uid, stat.uid ?? 0);
    at = writeNumber(buffer, at, keys.gid, stat.gid ?? 0);
    at = writeLong(buffer, at, { key: keys.size, low: size >>> 0, high: Math.floor(size / 2 ** 32) });
    this.#long[0] = modTime;
    at = writeLong(buffer, at, { key: keys.modTime, low: this.#halves[0]!, high: this.#halves[1]! });
    at = writeText(buffer, at, keys.linkname, linkname);
    const length = at - inner;
    // What was written makes room where its length takes more than a byte.
    const more = length < 0x80 ? 0 : length < 0x4000 ? 1 : longestLength - 1;
    if (more > 0) buffer.copyWithin(inner + more, inner, at);
    buffer[start] = keys.packetStat;
    writeVarint(buffer, start + 1, length);
    this.#end = at + more;
    writePrefix(buffer, start - prefix, this.#end - start);
  }

  /** No more files: a packet that tells of none. */
  end(): void {
    this.#addWhole(encode(packet, { type: packetType.packetStat }));
  }

  /** All since the last time, for good. */
  take(): Buffer {
    const taken = this.#buffer.subarray(this.#begin, this.#end);
    this.#begin = this.#end;
    return taken;
  }

  #addWhole(message: Uint8Array): void {
    this.#reserve(prefix + message.length);
    writePrefix(this.#buffer, this.#end, message.length);
    this.#buffer.set(message, this.#end + prefix);
    this.#end += prefix + message.length;
  }

  /** Goes on in other memory where so many bytes do not fit: what was taken is not written to again. */
  #reserve(size: number): void {
    if (this.#end + size <= this.#buffer.length) return;
    const held = this.#buffer.subarray(this.#begin, this.#end);
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(memory, 2 * (held.length + size)));
    this.#buffer.set(held);
    this.#begin = 0;
    this.#end = held.length;
  }
}

// Each of these writes at a place and returns the next one.

function writeText(buffer: Buffer, at: number, key: number, text: string): number {
  if (text === '') return at;
  buffer[at] = key;
  // A short text has one byte of length, which is known when it is written.
  const written = text.length < 0x80 ? buffer.write(text, at + 2) : 0x80;
  if (written < 0x80) {
    buffer[at + 1] = written;
    return at + 2 + written;
  }
  const begin = writeVarint(buffer, at + 1, Buffer.byteLength(text));
  return begin + buffer.write(text, begin);
}

function writeNumber(buffer: Buffer, at: number, key: number, value: number): number {
  if (value === 0) return at;
  buffer[at] = key;
  return writeVarint(buffer, at + 1, value >>> 0);
}

/** A number of 64 bits by its halves. */
function writeLong(buffer: Buffer, place: number, number: { key: number; low: number; high: number }): number {
  let { low, high } = number;
  if (low === 0 && high === 0) return place;
  let at = place;
  buffer[at++] = number.key;
  while (high > 0) {
    buffer[at++] = (low & 0x7f) | 0x80;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  return writeVarint(buffer, at, low);
}

function writeVarint(buffer: Buffer, place: number, value: number): number {
  let at = place;
  let rest = value;
  while (rest > 0x7f) {
    buffer[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[at++] = rest;
  return at;
}
