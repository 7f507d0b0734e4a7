// Reading a small zip archive that is in memory (APPNOTE.TXT): stored and deflated files, no encryption, no zip64.

import { inflateRawSync } from 'node:zlib';

interface ZipEntry {
  readonly name: string;
  readonly content: Buffer;
}

const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const endOfDirectory = 0x06054b50;
const endLength = 22;
const stored = 0;
const deflated = 8;

/** Whether the bytes begin as a zip does. */
export function isZip(bytes: Buffer): boolean {
  return bytes.length >= endLength && [localHeader, endOfDirectory].includes(bytes.readUInt32LE(0));
}

/**
 * The files of an archive, folders left out; together they have at most `limit` bytes. Throws a plain Error for an
 * archive that is broken, encrypted or too large.
 */
export function readZip(bytes: Buffer, limit: number): ZipEntry[] {
  try {
    return readEntries(bytes, limit);
  } catch (error) {
    if (error instanceof RangeError) throw new Error('zip: not a valid zip file', { cause: error });
    throw error;
  }
}

function readEntries(bytes: Buffer, limit: number): ZipEntry[] {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0) throw new Error('zip: not a valid zip file');
  const entries: ZipEntry[] = [];
  let left = limit;
  let at = bytes.readUInt32LE(end + 16);
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count--) {
    if (bytes.readUInt32LE(at) !== centralHeader) throw new Error('zip: not a valid zip file');
    const [name, extra, comment] = [28, 30, 32].map(offset => bytes.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const text = bytes.toString('utf8', at + 46, at + 46 + name);
    if (!text.endsWith('/')) {
      const content = readContent(bytes, at, left);
      left -= content.length;
      entries.push({ name: text, content });
    }
    at += 46 + name + extra + comment;
  }
  return entries;
}

function readContent(bytes: Buffer, entry: number, limit: number): Buffer {
  const method = bytes.readUInt16LE(entry + 10);
  if ((bytes.readUInt16LE(entry + 8) & 1) !== 0) throw new Error('zip: encrypted files are not supported');
  const [compressed, size, local] = [20, 24, 42].map(offset => bytes.readUInt32LE(entry + offset)) as [
    number,
    number,
    number,
  ];
  if (size > limit) throw new Error('read exceeds the defined limit');
  if (bytes.readUInt32LE(local) !== localHeader) throw new Error('zip: not a valid zip file');
  const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const raw = bytes.subarray(start, start + compressed);
  if (method !== stored && method !== deflated) throw new Error('zip: unsupported compression algorithm');
  const content = method === stored ? raw : inflate(raw, limit);
  if (content.length !== size) throw new Error('zip: checksum error');
  return content;
}

function inflate(raw: Buffer, limit: number): Buffer {
  try {
    return inflateRawSync(raw, { maxOutputLength: Math.max(1, limit) });
  } catch (error) {
    throw new Error('zip: not a valid zip file', { cause: error });
  }
}
