// GNU's four ways to write files with holes: the old `S` header, and pax formats 0.0, 0.1 and 1.0.
import { invalid } from '../errors.ts';
import { blockSize, numberField } from './header.ts';
import { type PaxRecords, paxNumber, paxText } from './pax.ts';

/** A piece of content: where it goes in the file and how many bytes of the archive it takes. */
export interface Segment {
  offset: number;
  length: number;
}

const pair = 24;

/** The up to four pieces in an old GNU sparse header, the real size, and whether extension blocks follow. */
export function parseOldSparse(block: Buffer): { segments: Segment[]; realSize: number; extended: boolean } {
  return { segments: pairs(block, 386, 4), realSize: numberField(block, 483, 12), extended: block[482] !== 0 };
}

/** An extension block of the old format: up to 21 pieces, and whether another follows. */
export function parseSparseExtension(block: Buffer): { segments: Segment[]; extended: boolean } {
  return { segments: pairs(block, 0, 21), extended: block[504] !== 0 };
}

function pairs(block: Buffer, start: number, count: number): Segment[] {
  const segments: Segment[] = [];
  for (let at = start; at < start + count * pair && block[at] !== 0; at += pair) {
    segments.push({ offset: numberField(block, at, 12), length: numberField(block, at + 12, 12) });
  }
  return segments;
}

/**
 * What the pax records say about holes: undefined for none, `segments` for formats 0.0 and 0.1, `mapInData` for 1.0,
 * whose map precedes the content. `name` is the real name of the file.
 */
export function parsePaxSparse(
  records: PaxRecords,
): { realSize: number; name: string | undefined; segments: Segment[] | undefined } | undefined {
  const name = paxText(records, 'GNU.sparse.name');
  if (paxText(records, 'GNU.sparse.major') === '1') {
    return { realSize: required(records, 'GNU.sparse.realsize'), name, segments: undefined };
  }
  const map = paxText(records, 'GNU.sparse.map');
  if (map === undefined && !records.has('GNU.sparse.numblocks')) return undefined;
  const offsets = records.get('GNU.sparse.offset') ?? [];
  const lengths = records.get('GNU.sparse.numbytes') ?? [];
  const numbers = map?.split(',') ?? offsets.flatMap((offset, index) => [String(offset), String(lengths[index])]);
  const segments: Segment[] = [];
  for (let at = 0; at < numbers.length; at += 2) {
    segments.push({ offset: decimal(numbers[at]), length: decimal(numbers[at + 1]) });
  }
  return { realSize: required(records, 'GNU.sparse.size'), name, segments };
}

/**
 * The map of format 1.0 from the first `bytes` of the content: how many bytes it takes (whole blocks) and its pieces,
 * or undefined when more bytes are needed.
 */
export function parseSparseMap(bytes: Buffer): { taken: number; segments: Segment[] } | undefined {
  const numbers: number[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf(0x0a, at);
    if (end === -1) return undefined;
    numbers.push(decimal(bytes.toString('latin1', at, end)));
    at = end + 1;
    if (numbers.length <= 2 * (numbers[0] as number)) continue;
    const taken = Math.ceil(at / blockSize) * blockSize;
    if (bytes.length < taken) return undefined;
    const segments: Segment[] = [];
    for (let k = 1; k < numbers.length; k += 2) {
      segments.push({ offset: numbers[k] as number, length: numbers[k + 1] as number });
    }
    return { taken, segments };
  }
}

/** Throws `invalid` unless pieces are in order, inside the file, and together as long as what is stored. */
export function checkSegments(segments: readonly Segment[], realSize: number, stored: number): void {
  let end = 0;
  let total = 0;
  for (const { offset, length } of segments) {
    if (offset < end || length < 0) throw invalid('archive/tar: invalid tar header: sparse map out of order');
    end = offset + length;
    total += length;
  }
  if (end > realSize || total !== stored)
    throw invalid('archive/tar: invalid tar header: sparse map does not fit the file');
}

function required(records: PaxRecords, key: string): number {
  const value = paxNumber(records, key);
  if (value === undefined || value < 0) throw invalid(`archive/tar: invalid tar header: pax ${key}`);
  return value;
}

function decimal(text: string | undefined): number {
  const value = Number(text);
  if (text === undefined || !/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw invalid('archive/tar: invalid tar header: sparse map');
  }
  return value;
}
