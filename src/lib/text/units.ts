// Byte sizes as Docker's tools read and print them (the rules of docker/go-units).

import { formatG } from './go-float.ts';

const decimalUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'];

/** Bytes in powers of 1000 with `precision` significant digits: `1.98MB`, `0B`. */
export function humanSize(bytes: number, precision = 4): string {
  return scaled(bytes, 1000, decimalUnits, precision);
}

/** Bytes in powers of 1024 with `precision` significant digits: `23.54GiB`. */
export function bytesSize(bytes: number, precision = 4): string {
  return scaled(bytes, 1024, binaryUnits, precision);
}

/**
 * Bytes from `64m`, `1.5 GiB`, `512`: suffixes b, k, m, g, t, p with optional `b` or `ib`, all powers of 1024.
 * Throws a plain Error with go-units' wording.
 */
export function parseRamBytes(text: string): number {
  return parseSize(text, 1024);
}

/** Bytes from `10MB` in powers of 1000; otherwise like {@link parseRamBytes}. */
export function parseHumanSize(text: string): number {
  return parseSize(text, 1000);
}

function scaled(size: number, base: number, units: string[], precision: number): string {
  let index = 0;
  let value = size;
  while (value >= base && index < units.length - 1) {
    value /= base;
    index++;
  }
  return `${formatG(value, precision)}${units[index]}`;
}

function parseSize(text: string, base: number): number {
  const last = lastNumberCharacter(text);
  if (last < 0) throw new Error(`invalid size: '${text}'`);
  const number = text[last] === ' ' ? text.slice(0, last) : text.slice(0, last + 1);
  const suffix = text.slice(last + 1);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(number)) {
    throw new Error(`strconv.ParseFloat: parsing ${JSON.stringify(number)}: invalid syntax`);
  }
  const size = Number(number);
  if (size < 0) throw new Error(`invalid size: '${text}'`);
  return Math.trunc(size * multiplier(suffix, base));
}

function lastNumberCharacter(text: string): number {
  for (let index = text.length - 1; index >= 0; index--) {
    if ('0123456789. '.includes(text[index]!)) return index;
  }
  return -1;
}

function multiplier(suffix: string, base: number): number {
  if (suffix === '') return 1;
  const lower = suffix.toLowerCase();
  if (lower === 'b') return 1;
  const power = 'kmgtp'.indexOf(lower[0]!) + 1;
  const rest = lower.slice(1);
  if (power === 0 || !(rest === '' || rest === 'b' || rest === 'ib')) throw new Error(`invalid suffix: '${suffix}'`);
  return base ** power;
}
