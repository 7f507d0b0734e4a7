// Packets that tell of files: the same bytes as `encode(packet, { stat })`, several times faster, since a directory has
// thousands of them.
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
/** Of a varint that says how long the inner message is. */
const longestLength = 3;
/** Texts that may take more bytes go the general way. */
const longest = 16 * 1024;
const bytesOfCharacter = 3;
const memory = 64 * 1024;

/** Makes packets one after the other; each is a view of memory of its own. */
export class StatPackets {
  #buffer = Buffer.allocUnsafeSlow(memory);
  /** Where the next packet begins. */
  #start = 0;
  readonly #long = new BigInt64Array(1);
  /** Little-endian, as all machines are that this runs on. */
  readonly #halves = new Uint32Array(this.#long.buffer);

  encode(stat: Partial<Stat>): Uint8Array {
    const { path = '', linkname = '', size = 0, modTime = 0n } = stat;
    const most = (path.length + linkname.length) * bytesOfCharacter;
    if (most > longest || stat.devmajor || stat.devminor || stat.xattrs)
      return encode(packet, { type: packetType.packetStat, stat });
    if (this.#start + most + room > memory) {
      this.#buffer = Buffer.allocUnsafeSlow(memory);
      this.#start = 0;
    }
    const buffer = this.#buffer;
    // The inner message goes behind room for its key and length, which are known last.
    const inner = this.#start + 1 + longestLength;
    let at = writeText(buffer, inner, keys.path, path);
    at = writeNumber(buffer, at, keys.mode, stat.mode ?? 0);
    at = writeNumber(buffer, at, keys.uid, stat.uid ?? 0);
    at = writeNumber(buffer, at, keys.gid, stat.gid ?? 0);
    at = writeLong(buffer, at, { key: keys.size, low: size >>> 0, high: Math.floor(size / 2 ** 32) });
    this.#long[0] = modTime;
    at = writeLong(buffer, at, { key: keys.modTime, low: this.#halves[0]!, high: this.#halves[1]! });
    this.#start = writeText(buffer, at, keys.linkname, linkname);
    const length = this.#start - inner;
    const begin = inner - 1 - (length < 0x80 ? 1 : length < 0x4000 ? 2 : longestLength);
    buffer[begin] = keys.packetStat;
    writeVarint(buffer, begin + 1, length);
    return buffer.subarray(begin, this.#start);
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
