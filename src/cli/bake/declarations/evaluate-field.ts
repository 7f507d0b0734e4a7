// Values as fields of targets and groups.
import { parseFields } from '../../build/options/fields.ts';
import { entriesOf, isObject, reasonOf, type Scope, textOf, truthOf, type Value } from '../expressions/value.ts';
import { type FieldName, fieldKinds } from '../files/bake-file.ts';
import type { Term } from './declarations.ts';

type Field = string | boolean | readonly string[] | Readonly<Record<string, string>>;
type Kind = 'text' | 'list' | 'items' | 'agents' | 'record' | 'switch';

/** Lists whose items may be objects. */
const structured = new Set<string>(['attest', 'cache-from', 'cache-to', 'secret', 'output']);

/** Fields that a target may have; others do not count. */
export const knownFields: ReadonlySet<string> = new Set([...Object.keys(fieldKinds), 'description', 'inherits']);

/** What a field of this name comes to; undefined for null. Throws an Error at its place for what cannot be one. */
export function evaluateField(name: string, term: Term, scope: Scope): Field | undefined {
  const value = term.evaluate(scope);
  if (value === null) return undefined;
  return suitable(term, () => readers[kindOf(name)](value));
}

/** What `work` makes of the value of a term. Throws an Error at its place for the plain one of a value that cannot be used. */
export function suitable<T>(term: Term, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw term.reject('Unsuitable value type', `Unsuitable value: ${reasonOf(error)}`);
  }
}

function kindOf(name: string): Kind {
  if (name === 'ssh') return 'agents';
  if (structured.has(name)) return 'items';
  if (name === 'description') return 'text';
  return name === 'inherits' || name === 'targets' ? 'list' : fieldKinds[name as FieldName];
}

const readers: Readonly<Record<Kind, (value: Value) => Field>> = {
  text: textOf,
  switch: truthOf,
  list: value => texts(value),
  items: value => items(value, checkedFields),
  // Keys may follow each other without names.
  agents: value => items(value, text => text),
  record: value => record(value),
};

function texts(value: Value): string[] {
  if (!Array.isArray(value)) throw new Error('list of string required');
  return value.map((item: Value, at) => element(at, item)).filter(text => text !== '');
}

function element(at: number | string, item: Value): string {
  if (item === null) throw new Error('null value is not allowed');
  try {
    return textOf(item);
  } catch (error) {
    const part = typeof at === 'number' ? at : JSON.stringify(at);
    throw new Error(`element ${part}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Keys without a value are left out. */
function record(value: Value): Record<string, string> {
  if (!isObject(value)) throw new Error('map of string required');
  const given = entriesOf(value).filter(([, item]) => item !== null);
  return Object.fromEntries(given.map(([key, item]) => [key, element(key, item)]));
}

/** Texts; objects (`{type = "local", src = "x"}`) become `key=value` texts. */
function items(value: Value, check: (text: string) => string): string[] {
  if (!Array.isArray(value)) throw new Error('list of map of string required');
  return value
    .filter(item => item !== null && item !== '')
    .map((item: Value) => {
      if (typeof item === 'string') return check(item);
      if (!isObject(item)) throw new Error('map of string required');
      return itemText(item);
    });
}

/** A name alone, or fields. */
function checkedFields(text: string): string {
  if (text.includes('=')) parseFields(text);
  return text;
}

function itemText(item: Readonly<Record<string, Value>>): string {
  const { paths } = item;
  // An agent by its id, with the keys it has.
  if (Array.isArray(paths)) return `${element('id', item.id ?? null)}=${texts(paths).join(',')}`;
  const fields = Object.entries(record(item));
  const ordered = [...fields.filter(([key]) => key === 'type'), ...fields.filter(([key]) => key !== 'type')];
  return ordered.map(([key, part]) => csvField(`${key}=${part}`)).join(',');
}

function csvField(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
