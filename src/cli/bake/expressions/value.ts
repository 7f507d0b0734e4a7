// Values of expressions in bake files, and what becomes of them where another kind is asked for.

/** Parts of an object may be made when they are asked for. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** How an expression finds what is not in itself. Undefined where there is nothing of that name. */
export interface Scope {
  variable(name: string): Value | undefined;
  callable(name: string): Callable | undefined;
  /** Of variables, for those who mistype them. */
  names(): Iterable<string>;
}

/** What a function takes as an argument: `any` has no null in it, `anything` may be one. */
export type ParameterKind = 'text' | 'number' | 'whole' | 'truth' | 'texts' | 'any' | 'anything';

export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
}

/** A function: arguments come converted to what its parameters want. Throws a plain Error for what it makes no sense of. */
export interface Callable {
  readonly params: readonly Parameter[];
  /** Of all further arguments. */
  readonly rest?: Parameter;
  readonly call: (...args: Value[]) => Value;
}

/** Something is asked for to make itself. Whoever knows the expression that began it says where that is. */
export class CircleError extends Error {}

/** The message of a plain Error. Throws what is none again: it says its place itself, or no place is of any use. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error && error.constructor === Error) return error.message;
  throw error;
}

/** The same with other names on top. */
export function within(names: Readonly<Record<string, Value>>, scope: Scope): Scope {
  return {
    variable: name => (Object.hasOwn(names, name) ? names[name] : scope.variable(name)),
    callable: name => scope.callable(name),
    names: () => [...Object.keys(names), ...scope.names()],
  };
}

/** As it stands in a text. Throws a plain Error for a list, an object or nothing. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return plainNumber(value);
  if (typeof value === 'boolean') return String(value);
  throw new Error(value === null ? nullRefused : 'string required');
}

/** Throws a plain Error for what is no number, nor the text of one. */
export function numberOf(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') {
    if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)) return Number(value);
    throw new Error('a number is required');
  }
  throw new Error(value === null ? nullRefused : 'number required');
}

/** Throws a plain Error for what is no number without a fraction. */
export function wholeOf(value: Value): number {
  const number = numberOf(value);
  if (Number.isSafeInteger(number)) return number;
  throw new Error(
    `value must be a whole number, between ${Number.MIN_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER} inclusive`,
  );
}

/** Throws a plain Error for what is neither true nor false. */
export function truthOf(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  if (typeof value === 'string') throw new Error('a bool is required');
  throw new Error(value === null ? nullRefused : 'bool required');
}

/** Throws a plain Error for what is no list. */
export function listOf(value: Value): readonly Value[] {
  if (Array.isArray(value)) return value;
  throw new Error(value === null ? nullRefused : 'list or tuple required');
}

/** Throws a plain Error for what is no object. */
export function objectOf(value: Value): Readonly<Record<string, Value>> {
  if (isObject(value)) return value;
  throw new Error(value === null ? nullRefused : 'map or object required');
}

const nullRefused = 'argument must not be null';

export function isObject(value: Value | undefined): value is Readonly<Record<string, Value>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** In the order in which HCL goes through an object: that of its keys. */
export function entriesOf(object: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.keys(object)
    .sort(byBytes)
    .map(key => [key, object[key] as Value]);
}

/** In Unicode's order. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Whether two are the same, part by part. A number and its text are not. */
export function areEqual(a: Value, b: Value): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  const other = new Map(right);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    left.length === right.length &&
    left.every(([key, value]) => other.has(key) && areEqual(value, other.get(key) as Value))
  );
}

/** What HCL calls values of its kind. */
export function kindName(value: Value): string {
  if (value === null) return 'dynamic';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value !== 'object') return typeof value;
  return Array.isArray(value) ? 'tuple' : 'object';
}

/** As JSON without blanks, objects in the order of their keys. */
export function jsonOf(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  if (isObject(value)) {
    return `{${entriesOf(value)
      .map(([key, item]) => `${jsonOf(key)}:${jsonOf(item)}`)
      .join(',')}}`;
  }
  if (typeof value === 'number') return plainNumber(value);
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Fractions of ten are those that were written, not their nearest neighbours in binary. */
export function rounded(number: number): number {
  return Number.isInteger(number) ? number : Number(number.toPrecision(15));
}

/** What is left of `a` when as many `b` as possible are taken away; all of it where `b` is zero. */
export function remainder(a: number, b: number): number {
  return b === 0 ? a : rounded(a - b * Math.trunc(rounded(a / b)));
}

/** All its digits, never an exponent. */
function plainNumber(number: number): string {
  const text = String(number);
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!match) return text;
  const [, sign, whole = '', fraction = '', exponent] = match;
  const point = whole.length + Number(exponent);
  const digits = whole + fraction;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0')}`;
}
