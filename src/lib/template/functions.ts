// The functions a template may call: Go's built-in ones and those Docker's formats add.

import { sprint, sprintf } from './printf.ts';
import { isStruct, isTrue, printValue, toJson, typeName } from './values.ts';

/** A callable with the number of arguments it takes; `max` absent means any number. */
export interface TemplateFunction {
  min: number;
  max?: number;
  call: (...args: never[]) => unknown;
}

const exactly = (count: number, call: (...args: never[]) => unknown): TemplateFunction => ({
  min: count,
  max: count,
  call,
});
const atLeast = (count: number, call: (...args: never[]) => unknown): TemplateFunction => ({ min: count, call });

/** Built-in functions; `and` and `or` are evaluated by the evaluator because they stop early. */
export const builtinFunctions: Readonly<Record<string, TemplateFunction>> = {
  and: atLeast(1, () => undefined),
  or: atLeast(1, () => undefined),
  not: exactly(1, (value: unknown) => !isTrue(value)),
  len: exactly(1, length),
  index: atLeast(1, index),
  slice: { min: 1, max: 4, call: slice },
  print: atLeast(0, (...args: unknown[]) => sprint(args)),
  println: atLeast(0, (...args: unknown[]) => `${args.map(printValue).join(' ')}\n`),
  printf: atLeast(1, (format: unknown, ...args: unknown[]) => sprintf(text(format), args)),
  html: atLeast(0, (...args: unknown[]) => escapeHtml(sprint(args))),
  js: atLeast(0, (...args: unknown[]) => escapeJs(sprint(args))),
  urlquery: atLeast(0, (...args: unknown[]) => queryEscape(sprint(args))),
  call: atLeast(1, (value: unknown, ...args: unknown[]) => {
    if (typeof value !== 'function') throw new Error(`non-function ${printValue(value)} of type ${typeName(value)}`);
    return value(...args);
  }),
  eq: atLeast(1, equalToAny),
  ne: exactly(2, (a: unknown, b: unknown) => !equal(a, b)),
  lt: exactly(2, (a: unknown, b: unknown) => less(a, b)),
  le: exactly(2, (a: unknown, b: unknown) => less(a, b) || equal(a, b)),
  gt: exactly(2, (a: unknown, b: unknown) => !(less(a, b) || equal(a, b))),
  ge: exactly(2, (a: unknown, b: unknown) => !less(a, b)),
};

/** What Docker's `--format` adds to Go's functions. */
export const dockerFunctions: Readonly<Record<string, TemplateFunction>> = {
  json: exactly(1, toJson),
  split: exactly(2, (value: unknown, separator: unknown) => text(value).split(text(separator))),
  join: exactly(2, (list: unknown, separator: unknown) => {
    if (list !== null && !Array.isArray(list))
      throw new Error(`wrong type for value; expected []string; got ${typeName(list)}`);
    return (list ?? []).map(String).join(text(separator));
  }),
  title: exactly(1, (value: unknown) =>
    text(value).replace(/(?<![\p{L}\p{N}_'])\p{L}/gu, first => first.toUpperCase()),
  ),
  lower: exactly(1, (value: unknown) => text(value).toLowerCase()),
  upper: exactly(1, (value: unknown) => text(value).toUpperCase()),
  pad: exactly(3, (value: unknown, before: number, after: number) =>
    text(value) === '' ? '' : ' '.repeat(before) + text(value) + ' '.repeat(after),
  ),
  truncate: exactly(2, (value: unknown, size: number) => [...text(value)].slice(0, size).join('')),
};

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error(`wrong type for value; expected string; got ${typeName(value)}`);
}

function length(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map) return value.size;
  if (value === null || value === undefined) throw new Error('len of nil pointer');
  throw new Error(`len of type ${typeName(value)}`);
}

function index(value: unknown, ...keys: unknown[]): unknown {
  return keys.reduce((container, key) => indexOne(container, key), value);
}

function indexOne(container: unknown, key: unknown): unknown {
  if (container === null || container === undefined) throw new Error('index of untyped nil');
  if (container instanceof Map) return container.has(key) ? container.get(key) : null;
  if (Array.isArray(container) || typeof container === 'string') {
    if (typeof key !== 'number') throw new Error(`cannot index slice/array with type ${typeName(key)}`);
    const size = length(container);
    if (key < 0 || key >= size) throw new Error(`index out of range: ${key}`);
    return typeof container === 'string' ? Buffer.from(container)[key] : container[key];
  }
  throw new Error(`can't index item of type ${typeName(container)}`);
}

function slice(value: unknown, ...bounds: number[]): unknown {
  if (typeof value !== 'string' && !Array.isArray(value))
    throw new Error(`can't slice item of type ${typeName(value)}`);
  const [from = 0, to = length(value)] = bounds;
  for (const bound of bounds) {
    if (bound < 0 || bound > length(value)) throw new Error(`index out of range: ${bound}`);
  }
  if (from > to) throw new Error(`invalid slice index: ${from} > ${to}`);
  return typeof value === 'string' ? Buffer.from(value).subarray(from, to).toString() : value.slice(from, to);
}

function equalToAny(first: unknown, ...rest: unknown[]): boolean {
  if (rest.length === 0) throw new Error('missing argument for comparison');
  return rest.some(other => equal(first, other));
}

function equal(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) || a instanceof Map || isStruct(a))
    throw new Error(`non-comparable type ${printValue(a)}: ${typeName(a)}`);
  const left = a ?? null;
  const right = b ?? null;
  if (left !== null && right !== null && typeof left !== typeof right)
    throw new Error('incompatible types for comparison');
  return left === right;
}

function less(a: unknown, b: unknown): boolean {
  if (typeof a !== typeof b) throw new Error('incompatible types for comparison');
  if (typeof a === 'number' || typeof a === 'bigint') return a < (b as number);
  if (typeof a === 'string') return a < (b as string);
  throw new Error('invalid type for comparison');
}

function queryEscape(value: string): string {
  const plain = encodeURIComponent(value).replaceAll('%20', '+');
  return plain.replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function escapeHtml(value: string): string {
  const names: Record<string, string> = {
    '"': '&#34;',
    "'": '&#39;',
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '\0': '\ufffd',
  };
  return value.replace(/["'&<>\0]/g, character => names[character]!);
}

function escapeJs(value: string): string {
  return value.replace(/[\\'"<>&=\n\r\t]/g, character => {
    if ('\\\'"'.includes(character)) return `\\${character}`;
    const code = character.codePointAt(0)!.toString(16).toUpperCase();
    return `\\u${code.padStart(4, '0')}`;
  });
}
