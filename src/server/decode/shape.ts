// What a JSON body may look like, as data, and checking one against it the way Go's decoder does for Docker.

import { invalid } from '../../lib/errors.ts';
import { ownEntry } from '../../lib/own-entry.ts';

/**
 * A scalar by name (`strings` is a list that may also be given as one string, as in `Cmd`); `[shape]` a list;
 * `{ '*': shape }` a map; any other object a structure, whose fields may all be left out.
 */
export type Shape =
  | 'string'
  | 'strings'
  | 'int'
  | 'number'
  | 'bool'
  | 'any'
  | readonly [Shape]
  | { readonly [field: string]: Shape };

/** The shapes that fit a wire type; ties a shape to the type it stands for. */
export type ShapeOf<T> = unknown extends T
  ? 'any'
  : NonNullable<T> extends string
    ? 'string'
    : NonNullable<T> extends number
      ? 'int' | 'number'
      : NonNullable<T> extends boolean
        ? 'bool'
        : NonNullable<T> extends readonly (infer Item)[]
          ? readonly [ShapeOf<Item>] | (Item extends string ? 'strings' : never)
          : string extends keyof NonNullable<T>
            ? 'any' | { readonly '*': ShapeOf<NonNullable<T>[keyof NonNullable<T>]> }
            : { readonly [K in keyof NonNullable<T>]-?: ShapeOf<NonNullable<T>[K]> };

/**
 * `value` as its shape wants it: names of fields are matched in any case, as Go does; unknown fields stay; null is
 * allowed everywhere. Throws `invalid` with the path of what does not fit.
 */
export function checkShape(shape: Shape, value: unknown, path = ''): unknown {
  if (value === null || value === undefined || shape === 'any') return value;
  if (typeof shape === 'string') return checkScalar(shape, value, path);
  if (isList(shape)) {
    if (!Array.isArray(value)) throw mismatch(value, path, 'list');
    return value.map((item, index) => checkShape(shape[0], item, `${path}.${index}`));
  }
  if (typeof value !== 'object' || Array.isArray(value)) throw mismatch(value, path, 'object');
  const every = shape['*'];
  // `fromEntries` makes `__proto__` a property like any other.
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const name = every === undefined ? fieldName(shape, key) : key;
      const part = every ?? ownEntry(shape, name);
      return [name, part === undefined ? item : checkShape(part, item, `${path}.${name}`)];
    }),
  );
}

function isList(shape: Exclude<Shape, string>): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function checkScalar(shape: string, value: unknown, path: string): unknown {
  switch (shape) {
    case 'strings':
      if (typeof value === 'string') return [value];
      return checkShape(['string'], value, path);
    case 'bool':
      if (typeof value === 'boolean') return value;
      throw mismatch(value, path, 'bool');
    case 'string':
      if (typeof value === 'string') return value;
      throw mismatch(value, path, 'string');
    case 'int':
      if (Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 63) return value;
      throw mismatch(value, path, 'int64');
    default:
      if (typeof value === 'number') return value;
      throw mismatch(value, path, 'float64');
  }
}

function fieldName(shape: { readonly [field: string]: Shape }, key: string): string {
  if (Object.hasOwn(shape, key)) return key;
  const lower = key.toLowerCase();
  return Object.keys(shape).find(name => name.toLowerCase() === lower) ?? key;
}

function mismatch(value: unknown, path: string, wanted: string): Error {
  const fraction = typeof value === 'number' && wanted === 'int64' ? ` ${value}` : '';
  const actual = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  const where = path === '' ? 'Go value' : `Go struct field ${path}`;
  return invalid(`invalid JSON: json: cannot unmarshal ${actual}${fraction} into ${where} of type ${wanted}`);
}
