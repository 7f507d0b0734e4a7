// The functions that expressions of bake files may call, as far as they make sense of texts, lists and numbers.
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { areEqual, listOf, numberOf, objectOf, textOf, truthOf, type Value } from './value.ts';

type Call = (...args: Value[]) => Value;

const onText =
  (turn: (text: string, ...more: Value[]) => Value): Call =>
  (value, ...more) =>
    turn(textOf(value as Value), ...more);
const hash = (algorithm: string) => onText(text => createHash(algorithm).update(text).digest('hex'));

const texts: Readonly<Record<string, Call>> = {
  upper: onText(text => text.toUpperCase()),
  lower: onText(text => text.toLowerCase()),
  title: onText(text => text.replace(/(^|\s)\S/g, letter => letter.toUpperCase())),
  trim: onText((text, cut) => text.replace(new RegExp(`^[${inClass(cut)}]+|[${inClass(cut)}]+$`, 'g'), '')),
  trimspace: onText(text => text.trim()),
  trimprefix: onText((text, prefix) => (text.startsWith(textOf(prefix)) ? text.slice(textOf(prefix).length) : text)),
  trimsuffix: onText((text, suffix) =>
    text.endsWith(textOf(suffix)) ? text.slice(0, -textOf(suffix).length || undefined) : text,
  ),
  chomp: onText(text => text.replace(/[\r\n]+$/, '')),
  replace: onText((text, from, to) => text.replaceAll(textOf(from), textOf(to))),
  regex_replace: onText((text, from, to) =>
    text.replace(new RegExp(textOf(from), 'g'), textOf(to).replace(/\$\{?(\w+)\}?/g, '$$$1')),
  ),
  substr: onText((text, from, length) => cut(text, numberOf(from), numberOf(length))),
  split: (separator, text) => textOf(text as Value).split(textOf(separator as Value)),
  join: (separator, ...lists) => lists.flatMap(list => listOf(list).map(textOf)).join(textOf(separator as Value)),
  format: (pattern, ...args) => format(textOf(pattern as Value), args),
  strlen: onText(text => [...text].length),
  indent: (count, text) => textOf(text as Value).replaceAll('\n', `\n${' '.repeat(numberOf(count as Value))}`),
  sanitize: onText(text => text.replace(/[^\w-]/g, '_')),
  basename: onText(text => posix.basename(text)),
  dirname: onText(text => posix.dirname(text)),
  base64encode: onText(text => Buffer.from(text).toString('base64')),
  base64decode: onText(text => Buffer.from(text, 'base64').toString()),
  urlencode: onText(text => encodeURIComponent(text).replaceAll('%20', '+')),
  md5: hash('md5'),
  sha1: hash('sha1'),
  sha256: hash('sha256'),
  sha512: hash('sha512'),
  jsonencode: value => JSON.stringify(value),
  jsondecode: onText(text => JSON.parse(text) as Value),
  timestamp: () => `${new Date().toISOString().slice(0, 19)}Z`,
};

const numbers: Readonly<Record<string, Call>> = {
  add: (a, b) => numberOf(a as Value) + numberOf(b as Value),
  subtract: (a, b) => numberOf(a as Value) - numberOf(b as Value),
  multiply: (a, b) => numberOf(a as Value) * numberOf(b as Value),
  divide: (a, b) => numberOf(a as Value) / numberOf(b as Value),
  modulo: (a, b) => numberOf(a as Value) % numberOf(b as Value),
  negate: a => -numberOf(a as Value),
  absolute: a => Math.abs(numberOf(a as Value)),
  ceil: a => Math.ceil(numberOf(a as Value)),
  floor: a => Math.floor(numberOf(a as Value)),
  int: a => Math.trunc(numberOf(a as Value)),
  parseint: (text, base) => Number.parseInt(textOf(text as Value), numberOf(base as Value)),
  min: (...all) => Math.min(...all.map(numberOf)),
  max: (...all) => Math.max(...all.map(numberOf)),
};

const conditions: Readonly<Record<string, Call>> = {
  and: (a, b) => truthOf(a as Value) && truthOf(b as Value),
  or: (a, b) => truthOf(a as Value) || truthOf(b as Value),
  not: a => !truthOf(a as Value),
  equal: (a, b) => areEqual(a as Value, b as Value),
  notequal: (a, b) => !areEqual(a as Value, b as Value),
  greaterthan: (a, b) => numberOf(a as Value) > numberOf(b as Value),
  greaterthanorequalto: (a, b) => numberOf(a as Value) >= numberOf(b as Value),
  lessthan: (a, b) => numberOf(a as Value) < numberOf(b as Value),
  lessthanorequalto: (a, b) => numberOf(a as Value) <= numberOf(b as Value),
};

const collections: Readonly<Record<string, Call>> = {
  concat: (...lists) => lists.flatMap(list => [...listOf(list)]),
  coalesce: (...all) => all.find(value => value !== null) ?? null,
  coalescelist: (...lists) => lists.find(list => listOf(list).length > 0) ?? [],
  compact: list => listOf(list as Value).filter(value => value !== '' && value !== null),
  contains: (list, value) => listOf(list as Value).some(item => areEqual(item, value as Value)),
  distinct: list => distinct(listOf(list as Value)),
  element: (list, at) => {
    const items = listOf(list as Value);
    return items[numberOf(at as Value) % items.length] ?? null;
  },
  flatten: list => flatten(listOf(list as Value)),
  index: (list, at) => listOf(list as Value)[numberOf(at as Value)] ?? null,
  keys: object => Object.keys(objectOf(object as Value)).sort(),
  values: object =>
    Object.entries(objectOf(object as Value))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, value]) => value),
  length: value => (Array.isArray(value) ? value.length : Object.keys(objectOf(value as Value)).length),
  lookup: (object, key, otherwise) => objectOf(object as Value)[textOf(key as Value)] ?? otherwise ?? null,
  merge: (...objects) => Object.assign({}, ...objects.map(objectOf)) as Value,
  range: (...bounds) => range(bounds.map(numberOf)),
  reverselist: list => [...listOf(list as Value)].reverse(),
  reverse: value => (Array.isArray(value) ? [...value].reverse() : [...textOf(value as Value)].reverse().join('')),
  slice: (list, from, to) =>
    listOf(list as Value).slice(numberOf(from as Value), to === undefined ? undefined : numberOf(to)),
  sort: list =>
    listOf(list as Value)
      .map(textOf)
      .sort(),
  zipmap: (keys, values) =>
    Object.fromEntries(listOf(keys as Value).map((key, at) => [textOf(key), listOf(values as Value)[at] ?? null])),
};

const functions: ReadonlyMap<string, Call> = new Map(
  Object.entries({ ...texts, ...numbers, ...conditions, ...collections }),
);

/** Undefined for a function there is not. Throws a plain Error for arguments that it makes no sense of. */
export function callFunction(name: string, args: readonly Value[]): Value | undefined {
  try {
    return functions.get(name)?.(...args);
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

const inClass = (value: Value) => textOf(value).replace(/[\\\]^-]/g, '\\$&');

/** A negative start counts from the end, a negative length goes to it. */
function cut(text: string, from: number, length: number): string {
  const letters = [...text];
  const start = from < 0 ? Math.max(0, letters.length + from) : from;
  return letters.slice(start, length < 0 ? undefined : start + length).join('');
}

function flatten(items: readonly Value[]): Value[] {
  return items.flatMap(item => (Array.isArray(item) ? flatten(item) : [item]));
}

function distinct(items: readonly Value[]): Value[] {
  return items.filter((item, at) => items.findIndex(other => areEqual(other, item)) === at);
}

function range([first = 0, second, step]: readonly number[]): number[] {
  const [from, to] = second === undefined ? [0, first] : [first, second];
  const by = step ?? (from <= to ? 1 : -1);
  if (by === 0) throw new Error('a step must not be zero');
  const count = Math.max(0, Math.ceil((to - from) / by));
  return Array.from({ length: count }, (_, at) => from + at * by);
}

/** `%s`, `%d`, `%q`, `%v`, `%t`, `%f`, with widths and zeros; `%%` is `%`. */
function format(pattern: string, args: readonly Value[]): string {
  let at = 0;
  return pattern.replace(/%(?:%|(-?)(0?)(\d*)(?:\.(\d+))?([sdqvtf]))/g, (whole, left, zero, width, digits, verb) => {
    if (whole === '%%') return '%';
    const value = args[at++];
    if (value === undefined) throw new Error(`there is no value for ${whole}`);
    const text = formatted(value, verb, digits === undefined ? undefined : Number(digits));
    const padding = zero ? '0' : ' ';
    return left ? text.padEnd(Number(width)) : text.padStart(Number(width), padding);
  });
}

function formatted(value: Value, verb: string, digits: number | undefined): string {
  if (verb === 'd') return String(Math.trunc(numberOf(value)));
  if (verb === 'f') return numberOf(value).toFixed(digits ?? 6);
  if (verb === 'q') return JSON.stringify(textOf(value));
  return typeof value === 'object' ? JSON.stringify(value) : textOf(value);
}
