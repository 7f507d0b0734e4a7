// How JavaScript values stand for Go's in a template: types, truth, order, printing and JSON.

import { formatG } from '../text/go-float.ts';

/** An object may name its Go type under this key, for error messages (`*formatter.ContainerContext`). */
export const goType = Symbol('goType');
/** A struct may list fields under this key that JSON leaves out, as Go's `omitempty` does. */
export const omitEmpty = Symbol('omitEmpty');

/** Lists and maps that are nil in Go: empty in every way, but `null` in JSON. */
const nils = new WeakSet<object>();

/** A nil slice. */
export function nilList(): unknown[] {
  const list: unknown[] = [];
  nils.add(list);
  return list;
}

/** A nil map. */
export function nilMap(): Map<unknown, unknown> {
  const map = new Map();
  nils.add(map);
  return map;
}

/**
 * Objects are Go structs (printed `{a b}`, unknown fields are errors), `Map`s are Go maps (printed `map[k:v]`,
 * unknown keys have no value), functions are methods: called with the arguments that follow their name.
 */
export type GoStruct = { [field: string]: unknown; [goType]?: string; [omitEmpty]?: readonly string[] };

/** Whether a template sees `value` as a Go struct. */
export function isStruct(value: unknown): value is GoStruct {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map);
}

/** Go's name for the type of a value, as templates' error messages write it. */
export function typeName(value: unknown): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int64';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  if (Array.isArray(value)) return value.every(item => typeof item === 'string') ? '[]string' : '[]interface {}';
  if (value instanceof Map) return 'map[string]interface {}';
  if (isStruct(value)) return value[goType] ?? 'struct {}';
  return value === null || value === undefined ? '<nil>' : 'func()';
}

/** Go's truth: not zero, not empty, not nil; structs are always true. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  return Boolean(value);
}

/** Entries of a map or struct with keys in Go's order. */
export function sortedEntries(value: Map<unknown, unknown> | GoStruct): [unknown, unknown][] {
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return entries.sort(([a], [b]) => compareKeys(a, b));
}

function compareKeys(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const left = String(a);
  const right = String(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A value as Go's `%v` prints it. */
export function printValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'number') return formatG(value);
  if (Array.isArray(value)) return `[${value.map(printValue).join(' ')}]`;
  if (value instanceof Map) {
    return `map[${sortedEntries(value)
      .map(([key, item]) => `${printValue(key)}:${printValue(item)}`)
      .join(' ')}]`;
  }
  if (isStruct(value)) return `{${Object.values(value).map(printField).join(' ')}}`;
  return String(value);
}

function printField(value: unknown): string {
  return printValue(typeof value === 'function' && value.length === 0 ? value() : value);
}

/**
 * A value as Go's encoding/json writes it without HTML escaping: maps with sorted keys; an object with methods
 * becomes a map of the results of those that take no argument, with `<`, `>` and `&` escaped, as Docker's formats do.
 */
export function toJson(value: unknown): string {
  const text = JSON.stringify(jsonValue(value)) ?? 'null';
  return hasMethods(value) ? text.replace(/[<>&]/g, character => escapes[character]!) : text;
}

const escapes: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };

function hasMethods(value: unknown): boolean {
  return isStruct(value) && Object.values(value).some(item => typeof item === 'function');
}

function jsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(value));
  if (typeof value === 'object' && value !== null && nils.has(value)) return null;
  if (Array.isArray(value)) return value.map(jsonValue);
  if (value instanceof Map) return Object.fromEntries(sortedEntries(value).map(([k, v]) => [String(k), jsonValue(v)]));
  if (!isStruct(value)) return value;
  const entries = Object.entries(value).filter(([key]) => !value[omitEmpty]?.includes(key));
  if (!entries.some(([, item]) => typeof item === 'function')) {
    return Object.fromEntries(entries.map(([key, item]) => [key, jsonValue(item)]));
  }
  return Object.fromEntries(
    sortedEntries(value)
      .filter(([, item]) => typeof item !== 'function' || item.length === 0)
      .map(([key, item]) => [String(key), jsonValue(typeof item === 'function' ? item() : item)]),
  );
}
