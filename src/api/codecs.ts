// How values travel in a query string, both ways, by Docker's own conventions.

import { BerthError, errorMessage } from '../lib/errors.ts';
import { parseGoBool } from '../lib/text/go-values.ts';

/** One query parameter: `decode` gets every value given for `key` (at least one); undefined means "as if absent". */
export interface Codec<T> {
  decode(values: string[], key: string): T | undefined;
  encode(value: T): string[];
}

/** Decoded filters: every value given for a key, in order. */
export type Filters = Record<string, string[]>;

const falseWords = new Set(['', '0', 'no', 'false', 'none']);

/** Docker's booleans: '', 0, no, false and none are false, all else is true. */
export const bool: Codec<boolean> = {
  decode: values => !falseWords.has((values[0] ?? '').trim().toLowerCase()),
  encode: value => [value ? '1' : '0'],
};

/** Go's booleans, for the parameters that Docker reads strictly; '' counts as absent. */
export const strictBool: Codec<boolean> = {
  decode: (values, key) => {
    const text = values[0] ?? '';
    if (text === '') return undefined;
    const parsed = parseGoBool(text);
    if (parsed !== undefined) return parsed;
    const quoted = JSON.stringify(text);
    throw invalid(`invalid value for ${key}: ${text}: strconv.ParseBool: parsing ${quoted}: invalid syntax`);
  },
  encode: value => [value ? '1' : '0'],
};

/** A decimal integer; '' counts as absent. */
export const int: Codec<number> = {
  decode: values => {
    const text = values[0] ?? '';
    if (text === '') return undefined;
    const refuse = (why: string) => invalid(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`);
    if (!/^[+-]?\d+$/.test(text)) throw refuse('invalid syntax');
    // As Go's 64 bits; beyond 2^53 the last digits are lost, which no limit or size minds.
    if (Math.abs(Number(text)) > 2 ** 63) throw refuse('value out of range');
    return Number(text);
  },
  encode: value => [String(value)],
};

/** Rows (`h`) or columns (`w`) of a terminal. */
export const terminalSize: Codec<number> = {
  decode: (values, key) => {
    const text = values[0] ?? '';
    const refuse = (why: string) =>
      invalid(`invalid resize ${key === 'h' ? 'height' : 'width'} ${JSON.stringify(text)}: ${why}`);
    if (!/^\+?\d+$/.test(text)) throw refuse(/^-\d+$/.test(text) ? 'value out of range' : 'invalid syntax');
    if (Number(text) > 0xffff_ffff) throw refuse('value out of range');
    const value = BigInt(text);
    if (value !== BigInt.asIntN(64, value))
      throw invalid(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
    return Number(text);
  },
  encode: value => [String(value)],
};

/** The text as it is. */
export const str: Codec<string> = {
  decode: values => values[0],
  encode: value => [value],
};

/** A parameter that may be repeated. */
export const strs: Codec<string[]> = {
  decode: values => values,
  encode: value => value,
};

/** A JSON document as one value; '' counts as absent. The shape is the caller's claim and is not checked. */
export function jsonValue<T>(): Codec<T> {
  return jsonCodec as Codec<T>;
}

/** JSON documents as repeated values. */
export function jsonValues<T>(): Codec<T[]> {
  return jsonListCodec as Codec<T[]>;
}

/** Docker's `filters`: `{"key":["value"]}`, or as old clients write it `{"key":{"value":true}}`. */
export const filters: Codec<Filters> = {
  decode: values => {
    const text = values[0] ?? '';
    if (text === '') return undefined;
    const parsed = parseJson(text, () => 'invalid filter');
    if (parsed === null) return undefined;
    if (typeof parsed !== 'object' || Array.isArray(parsed)) throw invalid('invalid filter');
    return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, filterValues(value)]));
  },
  encode: value => (Object.keys(value).length === 0 ? [] : [JSON.stringify(value)]),
};

/** The same, with words before what is wrong with them. */
export const volumeFilters: Codec<Filters> = {
  ...filters,
  decode: (values, key) => {
    try {
      return filters.decode(values, key);
    } catch (error) {
      throw invalid(`error reading volume filters: ${errorMessage(error)}`);
    }
  },
};

const jsonCodec: Codec<unknown> = {
  decode: (values, key) => {
    const text = values[0] ?? '';
    return text === '' ? undefined : parseJson(text, detail => `invalid ${key}: ${detail}`);
  },
  encode: value => [JSON.stringify(value)],
};

const jsonListCodec: Codec<unknown[]> = {
  decode: (values, key) => values.map(text => parseJson(text, detail => `invalid ${key}: ${detail}`)),
  encode: value => value.map(item => JSON.stringify(item)),
};

function filterValues(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'object' && value !== null) return Object.keys(value);
  throw invalid('invalid filter');
}

function parseJson(text: string, message: (detail: string) => string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(message(error instanceof Error ? error.message : String(error)));
  }
}

function invalid(message: string): BerthError {
  return new BerthError('invalid', message);
}
