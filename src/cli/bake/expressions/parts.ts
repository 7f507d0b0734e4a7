// Parts of values: `value.name`, `value[key]`.
import { HclError } from './syntax/hcl-error.ts';
import type { Place } from './syntax/source.ts';
import { isObject, kindName, numberOf, reasonOf, textOf, type Value } from './value.ts';

/** Throws an HclError where there is none of that name. */
export function attributeOf(whole: Value, name: string, place: Place): Value {
  if (whole === null) {
    const detail = 'This value is null, so it does not have any attributes.';
    throw new HclError(place, 'Attempt to get attribute from null value', detail);
  }
  if (isObject(whole)) {
    const value = propertyOf(whole, name);
    if (value !== undefined) return value;
    const detail = `This object does not have an attribute named ${JSON.stringify(name)}.`;
    throw new HclError(place, 'Unsupported attribute', detail);
  }
  const detail = Array.isArray(whole)
    ? 'This value does not have any attributes.'
    : `Can't access attributes on a primitive-typed value (${kindName(whole)}).`;
  throw new HclError(place, 'Unsupported attribute', detail);
}

/** Throws an HclError for a key that none has. */
export function elementOf(whole: Value, key: Value, place: Place): Value {
  if (whole === null) {
    const detail = 'This value is null, so it does not have any indices.';
    throw new HclError(place, 'Attempt to index null value', detail);
  }
  const wrong = (detail: string) => new HclError(place, 'Invalid index', detail);
  if (typeof whole !== 'object') throw wrong('This value does not have any indices.');
  if (key === null) throw wrong("Can't use a null value as an indexing key.");
  const none = 'The given key does not identify an element in this collection value';
  try {
    const value = isObject(whole) ? propertyOf(whole, textOf(key)) : whole[indexOf(key)];
    if (value !== undefined) return value;
  } catch (error) {
    throw wrong(`${none}: ${reasonOf(error)}.`);
  }
  throw wrong(`${none}.`);
}

function propertyOf(whole: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(whole, key) ? whole[key] : undefined;
}

function indexOf(key: Value): number {
  const index = numberOf(key);
  if (!Number.isInteger(index)) {
    throw new Error('indexing a sequence requires a whole number, but the given index has a fractional part');
  }
  if (index < 0) throw new Error('a negative number is not a valid index for a sequence');
  return index;
}
