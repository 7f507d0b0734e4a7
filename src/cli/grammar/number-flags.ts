// Flags with numbers, sizes, shares and durations, in Go's spelling and with Go's complaints.

import { parseDuration } from '../../lib/text/duration.ts';
import { parseRamBytes } from '../../lib/text/units.ts';
import { custom, type Flag, type FlagOptions } from './flag.ts';

type Options = FlagOptions & { initial?: number; shownDefault?: string };

/** A signed 64-bit number. */
export function int(usage: string, options: Options = {}): Flag<number> {
  const { initial = 0 } = options;
  const shownDefault = initial === 0 ? undefined : String(initial);
  return custom('int', usage, {
    ...options,
    initial,
    shownDefault,
    read: text => parseInteger(text, 'ParseInt', -(2n ** 63n), 2n ** 63n - 1n),
  });
}

/** An unsigned number of `bits` bits; help calls it `uint` for 64. */
export function uint(usage: string, options: Options & { bits?: 16 | 64 } = {}): Flag<number> {
  const { bits = 64, initial = 0, ...rest } = options;
  const type = bits === 64 ? 'uint' : `uint${bits}`;
  return custom(type, usage, {
    ...rest,
    initial,
    read: text => parseInteger(text, 'ParseUint', 0n, 2n ** BigInt(bits) - 1n),
  });
}

/** Nanoseconds, written as a Go duration. */
export function duration(usage: string, options: Options = {}): Flag<number> {
  return custom('duration', usage, {
    ...options,
    initial: options.initial ?? 0,
    shownDefault: '0s',
    read: parseDuration,
  });
}

/** Bytes: `64m`; with `unlimited`, -1 too. '' means 0. */
export function bytes(usage: string, options: Options & { unlimited?: boolean } = {}): Flag<number> {
  const { unlimited = false, ...rest } = options;
  const read = (text: string) => (unlimited && text === '-1' ? -1 : text === '' ? 0 : parseRamBytes(text));
  return custom('bytes', usage, { ...rest, initial: options.initial ?? 0, read });
}

/** A share of processors in units of 10⁻⁹: `1.5` is 1500000000. */
export function cpus(usage: string, options: Options = {}): Flag<number> {
  return custom('decimal', usage, { ...options, initial: options.initial ?? 0, read: parseNanoCpus });
}

function parseNanoCpus(text: string): number {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? undefined;
  const fraction = /^([+-]?\d+)\/(\d+)$/.exec(text);
  if (fraction) return exactNano(Number(fraction[1]) / Number(fraction[2]));
  if (!match || (match[2] === '' && (match[3] ?? '') === ''))
    throw new Error(`failed to parse ${text} as a rational number`);
  return exactNano(Number(text), (match[3] ?? '').replace(/0+$/, '').length - Number(match[4] ?? 0));
}

function exactNano(value: number, decimals = 0): number {
  const nano = value * 1e9;
  if (decimals > 9 || !Number.isInteger(Math.round(nano * 1e3) / 1e3)) throw new Error('value is too precise');
  return Math.round(nano);
}

/** A whole number as Go's strconv reads it with base 0: `10`, `0x1f`, `0o17`. Throws Go's words. */
export function parseInteger(text: string, call: 'ParseInt' | 'ParseUint' | 'Atoi', min: bigint, max: bigint): number {
  const match = /^([+-]?)(0[xX][\da-fA-F]+|0[oO]?[0-7]*|0[bB][01]+|[1-9]\d*)$/.exec(text);
  if (!match || (call === 'ParseUint' && match[1] !== '')) {
    throw new Error(`strconv.${call}: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const digits = /^0[0-7]+$/.test(match[2]!) ? `0o${match[2]!.slice(1)}` : match[2]!;
  const value = match[1] === '-' ? -BigInt(digits) : BigInt(digits);
  if (value < min || value > max)
    throw new Error(`strconv.${call}: parsing ${JSON.stringify(text)}: value out of range`);
  return Number(value);
}
