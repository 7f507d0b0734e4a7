// The 512-byte tar header: v7, ustar and GNU, with base-256 numbers.
import { invalid } from '../errors.ts';
import { decodeName } from './names.ts';

export const blockSize = 512;

/** Where each field lies: offset and length (POSIX.1-1988 ustar, GNU's additions). */
const fields = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  linkName: [157, 100],
  magic: [257, 8],
  deviceMajor: [329, 8],
  deviceMinor: [337, 8],
  prefix: [345, 155],
} as const satisfies Record<string, readonly [number, number]>;

/** The fields of one header block, numbers decoded; `type` is the type byte (0 for v7's files). */
export interface RawHeader {
  name: string;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  mtime: number;
  type: number;
  linkName: string;
  deviceMajor: number;
  deviceMinor: number;
}

/** Parses a header block; throws `invalid` for a wrong checksum or a malformed number. */
export function parseHeader(block: Buffer): RawHeader {
  verifyChecksum(block);
  const magic = block.toString('latin1', 257, 265);
  const hasDevices = magic.startsWith('ustar');
  // GNU keeps times where ustar keeps the prefix.
  const prefix = magic.startsWith('ustar\0') ? textField(block, ...fields.prefix) : '';
  const name = textField(block, ...fields.name);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: numberField(block, ...fields.mode),
    uid: numberField(block, ...fields.uid),
    gid: numberField(block, ...fields.gid),
    size: numberField(block, ...fields.size),
    mtime: numberField(block, ...fields.mtime),
    type: block[156] as number,
    linkName: textField(block, ...fields.linkName),
    deviceMajor: hasDevices ? numberField(block, ...fields.deviceMajor) : 0,
    deviceMinor: hasDevices ? numberField(block, ...fields.deviceMinor) : 0,
  };
}

/** True for a block of zeros, two of which end an archive. */
export function isZeroBlock(block: Buffer): boolean {
  return block[0] === 0 && block.every(byte => byte === 0);
}

/** Whether an archive can begin with these bytes: a header whose checksum is right, or the empty blocks that end one without members. */
export function isTarStart(start: Buffer): boolean {
  if (start.length < blockSize) return false;
  const block = start.subarray(0, blockSize);
  try {
    return isZeroBlock(block) || parseHeader(block) !== undefined;
  } catch {
    return false;
  }
}

/** A number field: octal text, or big-endian base-256 when the first bit is set (0xff: negative). */
export function numberField(block: Buffer, offset: number, length: number): number {
  const first = block[offset] as number;
  if ((first & 0x80) !== 0) return binaryNumber(block, offset, length);
  let value = 0;
  let digits = 0;
  for (let at = offset; at < offset + length; at++) {
    const code = block[at] as number;
    if (code >= 0x30 && code <= 0x37) {
      value = value * 8 + (code - 0x30);
      digits++;
    } else if (code !== 0x20 && code !== 0) {
      throw invalid('archive/tar: invalid tar header');
    } else if (digits > 0) break;
  }
  return value;
}

function binaryNumber(block: Buffer, offset: number, length: number): number {
  const negative = block[offset] === 0xff;
  let value = negative ? -1 : (block[offset] as number) & 0x7f;
  for (let at = offset + 1; at < offset + length; at++) value = value * 256 + (block[at] as number);
  if (!Number.isSafeInteger(value)) throw invalid('archive/tar: invalid tar header: number too large');
  return value;
}

function textField(block: Buffer, offset: number, length: number): string {
  if (block[offset] === 0) return '';
  const end = block.indexOf(0, offset);
  return decodeName(block, offset, end === -1 || end > offset + length ? offset + length : end);
}

function verifyChecksum(block: Buffer): void {
  const wanted = numberField(block, ...fields.checksum);
  let unsigned = 8 * 0x20;
  let high = 0;
  for (let at = 0; at < blockSize; at++) {
    if (at === 148) at = 156;
    const byte = block[at] as number;
    unsigned += byte;
    high += byte >> 7;
  }
  // Some old writers summed signed characters.
  if (wanted !== unsigned && wanted !== unsigned - 256 * high) throw invalid('archive/tar: invalid tar header');
}

/** Writes a number as octal where it fits, else as base-256. */
export function writeNumber(block: Buffer, field: keyof typeof fields, value: number): void {
  const [offset, length] = fields[field];
  if (value >= 0 && value < 8 ** (length - 1)) {
    writeOctal(block, offset, length - 1, value);
    block[offset + length - 1] = 0;
    return;
  }
  let rest = BigInt.asUintN(length * 8, BigInt(value));
  for (let at = offset + length - 1; at >= offset; at--, rest >>= 8n) block[at] = Number(rest & 0xffn);
  block[offset] = value < 0 ? 0xff : (block[offset] as number) | 0x80;
}

/** Writes bytes into a text field; the caller has made sure that they fit. */
export function writeText(block: Buffer, field: keyof typeof fields, bytes: Buffer): void {
  bytes.copy(block, fields[field][0], 0, fields[field][1]);
}

/** Writes the ustar magic and, last of all, the checksum. */
export function sealHeader(block: Buffer): void {
  block.write('ustar\x0000', 257, 'latin1');
  block.write(' '.repeat(8), 148, 'latin1');
  let sum = 0;
  for (let at = 0; at < blockSize; at++) sum += block[at] as number;
  // Six digits, a zero byte and the space that is there.
  writeOctal(block, 148, 6, sum);
  block[154] = 0;
}

/** `digits` of them, with zeros in front. */
function writeOctal(block: Buffer, offset: number, digits: number, value: number): void {
  let rest = value;
  for (let at = offset + digits - 1; at >= offset; at--) {
    block[at] = 0x30 + (rest % 8);
    rest = Math.floor(rest / 8);
  }
}
