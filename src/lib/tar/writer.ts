// Encodes tar members as ustar with pax headers for what ustar cannot say.
import { type TarEntry, tarEntry } from './entry.ts';
import { blockSize, sealHeader, writeNumber, writeText } from './header.ts';
import { nameBytes } from './names.ts';
import { formatPax } from './pax.ts';
import type { Segment } from './sparse.ts';

const typeFlags: Record<TarEntry['type'], string> = {
  file: '0',
  link: '1',
  symlink: '2',
  char: '3',
  block: '4',
  directory: '5',
  fifo: '6',
};
const largestOctal = 0o7777777;
const largestSize = 0o77777777777;

/** The header blocks of a member. A file's `size` bytes and `tarPadding(size)` must follow. */
export function encodeTarHeader(values: Partial<TarEntry> & Pick<TarEntry, 'type' | 'name'>): Buffer {
  const entry = tarEntry(values);
  return withPax(paxFor(entry), entry);
}

/**
 * The header blocks of a file with holes (GNU's pax format 1.0), its map included. The bytes of `segments` (in order,
 * `size` being that of the whole file) and their padding must follow.
 */
export function encodeSparseHeader(entry: TarEntry, segments: readonly Segment[]): Buffer {
  // A file that is one hole still needs a piece, which then has no bytes.
  const pieces = segments.length > 0 ? segments : [{ offset: entry.size, length: 0 }];
  const numbers = [pieces.length, ...pieces.flatMap(({ offset, length }) => [offset, length])];
  const text = Buffer.from(numbers.map(number => `${number}\n`).join(''));
  const map = Buffer.concat([text, tarPadding(text.length)]);
  const stored = pieces.reduce((total, { length }) => total + length, map.length);
  const sparse: [string, Buffer | string][] = [
    ['GNU.sparse.major', '1'],
    ['GNU.sparse.minor', '0'],
    ['GNU.sparse.name', nameBytes(entry.name)],
    ['GNU.sparse.realsize', String(entry.size)],
  ];
  const body = { ...entry, name: 'GNUSparseFile.0/entry', size: stored };
  return Buffer.concat([withPax([...sparse, ...paxFor(body)], body), map]);
}

function withPax(pax: [string, Buffer | string][], entry: TarEntry): Buffer {
  const header = encodeHeader(entry, typeFlags[entry.type]);
  if (pax.length === 0) return header;
  const body = formatPax(pax);
  const paxHeader = encodeHeader(tarEntry({ type: 'file', name: 'PaxHeaders/entry', size: body.length }), 'x');
  return Buffer.concat([paxHeader, body, tarPadding(body.length), header]);
}

/** A whole member with its content. */
export function encodeTarMember(
  entry: Partial<TarEntry> & Pick<TarEntry, 'type' | 'name'>,
  content: Uint8Array = Buffer.alloc(0),
): Buffer {
  return Buffer.concat([encodeTarHeader({ ...entry, size: content.length }), content, tarPadding(content.length)]);
}

/** Zeros up to the next block. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((blockSize - (size % blockSize)) % blockSize);
}

/** The end marker. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * blockSize);
}

function paxFor(entry: TarEntry): [string, Buffer | string][] {
  const records: [string, Buffer | string][] = [];
  if (!isPlain(entry.name)) records.push(['path', nameBytes(entry.name)]);
  if (!isPlain(entry.linkName)) records.push(['linkpath', nameBytes(entry.linkName)]);
  if (entry.size > largestSize) records.push(['size', String(entry.size)]);
  if (entry.uid > largestOctal) records.push(['uid', String(entry.uid)]);
  if (entry.gid > largestOctal) records.push(['gid', String(entry.gid)]);
  if (entry.mtimeNanoseconds !== 0) {
    records.push(['mtime', decimalTime(entry.mtime, entry.mtimeNanoseconds)]);
  }
  for (const [key, value] of entry.xattrs ?? []) records.push([`SCHILY.xattr.${key}`, value]);
  return records;
}

/** It fits into its field as it is. */
function isPlain(name: string): boolean {
  return name.length <= 100 && /^[\x00-\x7f]*$/.test(name);
}

function decimalTime(seconds: number, nanoseconds: number): string {
  const negative = seconds < 0;
  const whole = negative ? -seconds - 1 : seconds;
  const fraction = negative ? 1e9 - nanoseconds : nanoseconds;
  return `${negative ? '-' : ''}${whole}.${String(fraction).padStart(9, '0')}`;
}

function encodeHeader(entry: TarEntry, flag: string): Buffer {
  const block = Buffer.alloc(blockSize);
  writeText(block, 'name', nameBytes(entry.name));
  if (entry.linkName !== '') writeText(block, 'linkName', nameBytes(entry.linkName));
  writeText(block, 'type', Buffer.from(flag));
  writeNumber(block, 'mode', entry.mode);
  writeNumber(block, 'uid', entry.uid);
  writeNumber(block, 'gid', entry.gid);
  writeNumber(block, 'size', entry.size);
  writeNumber(block, 'mtime', entry.mtime);
  writeNumber(block, 'deviceMajor', entry.deviceMajor);
  writeNumber(block, 'deviceMinor', entry.deviceMinor);
  sealHeader(block);
  return block;
}
