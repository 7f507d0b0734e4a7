// Pax extended headers: `length key=value\n` records. Values are bytes; attributes may be binary.
import { invalid } from '../errors.ts';
import { decodeName } from './names.ts';

/** Records by key in order of appearance; the keys of GNU's sparse format 0.0 repeat, so all values are kept. */
export type PaxRecords = Map<string, Buffer[]>;

const newline = 0x0a;

/** Parses the body of an `x` header; throws `invalid`. */
export function parsePax(bytes: Buffer): PaxRecords {
  const records: PaxRecords = new Map();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = space === -1 ? Number.NaN : Number(bytes.toString('latin1', at, space));
    const end = at + length;
    const equals = bytes.indexOf(0x3d, space);
    const sound = Number.isInteger(length) && end <= bytes.length && equals !== -1 && equals < end && space < end;
    if (!sound || bytes[end - 1] !== newline) throw invalid('archive/tar: invalid tar header: malformed pax record');
    const key = bytes.toString('utf8', space + 1, equals);
    const value = bytes.subarray(equals + 1, end - 1);
    const values = records.get(key);
    if (values) values.push(value);
    else records.set(key, [value]);
    at = end;
  }
  return records;
}

/** The last value of a key as text; undefined when there is none or it is empty (which deletes it, by POSIX). */
export function paxText(records: PaxRecords, key: string): string | undefined {
  const value = records.get(key)?.at(-1);
  return value === undefined || value.length === 0 ? undefined : decodeName(value);
}

/** A decimal number; throws `invalid` when it is none. */
export function paxNumber(records: PaxRecords, key: string): number | undefined {
  const text = paxText(records, key);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value))
    throw invalid(`archive/tar: invalid tar header: pax ${key}`);
  return value;
}

/** A time as seconds and nanoseconds; fractions round towards the past. */
export function paxTime(records: PaxRecords, key: string): { seconds: number; nanoseconds: number } | undefined {
  const text = paxText(records, key);
  if (text === undefined) return undefined;
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (!match) throw invalid(`archive/tar: invalid tar header: pax ${key}`);
  const [, sign, whole, fraction = ''] = match;
  const seconds = Number(whole);
  const nanoseconds = Number(fraction.padEnd(9, '0').slice(0, 9));
  if (sign !== '-') return { seconds, nanoseconds };
  return nanoseconds === 0
    ? { seconds: -seconds, nanoseconds }
    : { seconds: -seconds - 1, nanoseconds: 1e9 - nanoseconds };
}

/** Encodes records as the body of an `x` header. */
export function formatPax(records: Iterable<readonly [string, Buffer | string]>): Buffer {
  const parts: Buffer[] = [];
  for (const [key, value] of records) {
    const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value as string), Buffer.from('\n')]);
    let length = rest.length + String(rest.length).length;
    // The length counts its own digits.
    if (rest.length + String(length).length !== length) length = rest.length + String(length).length;
    parts.push(Buffer.from(String(length)), rest);
  }
  return Buffer.concat(parts);
}
