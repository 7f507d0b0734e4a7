// Values of expressions in bake files, and what they are as texts.

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** How an expression finds what is not in itself. Undefined where there is nothing of that name. */
export interface Scope {
  variable(name: string): Value | undefined;
  call(name: string, args: readonly Value[]): Value | undefined;
}

/** The same with other names on top. */
export function within(names: Readonly<Record<string, Value>>, scope: Scope): Scope {
  return {
    variable: name => (Object.hasOwn(names, name) ? names[name] : scope.variable(name)),
    call: (name, args) => scope.call(name, args),
  };
}

/** As it stands in a text. Throws a plain Error for a list, an object or nothing. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${describe(value)} cannot stand in a text`);
}

/** Throws a plain Error for what is no number, nor the text of one. */
export function numberOf(value: Value): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && !Number.isNaN(number)) return number;
  throw new Error(`a number is required, not ${describe(value)}`);
}

/** Throws a plain Error for what is neither true nor false. */
export function truthOf(value: Value): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new Error(`true or false is required, not ${describe(value)}`);
}

/** Throws a plain Error for what is no list. */
export function listOf(value: Value): readonly Value[] {
  if (Array.isArray(value)) return value;
  throw new Error(`a list is required, not ${describe(value)}`);
}

/** Throws a plain Error for what is no object. */
export function objectOf(value: Value): Readonly<Record<string, Value>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, Value>;
  throw new Error(`an object is required, not ${describe(value)}`);
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

function describe(value: Value): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `${JSON.stringify(value)}`;
}
