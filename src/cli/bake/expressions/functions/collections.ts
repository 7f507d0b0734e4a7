// Functions on lists, sets and objects. A set is a list with every element once, in order.
import { asSet } from '../types.ts';
import { areEqual, entriesOf, isObject, listOf, numberOf, objectOf, textOf, type Value } from '../value.ts';
import { define } from './signature.ts';

export const collections = {
  concat: define('...seqs: any', (...seqs) => seqs.flatMap(seq => [...listOf(seq)])),
  coalesce: define('...vals: anything', (...vals) => {
    const found = vals.find(value => value !== null);
    if (found === undefined) throw new Error('no non-null arguments');
    return found;
  }),
  coalescelist: define('...vals: anything', (...vals) => {
    const found = vals.find(value => value !== null && listOf(value).length > 0);
    if (found === undefined) throw new Error('no non-null arguments');
    return found;
  }),
  compact: define('list: texts', list => list.filter(value => value !== '')),
  contains: define('list: any, value: any', (list, value) => listOf(list).some(item => areEqual(item, value))),
  distinct: define('list: any', list => distinct(listOf(list))),
  chunklist: define('list: any, size: whole', (list, size) => chunks(listOf(list), size)),
  element: define('list: any, index: whole', (list, index) => elementAt(listOf(list), index)),
  flatten: define('list: any', list => flatten(listOf(list))),
  hasindex: define('collection: any, key: any', (collection, key) =>
    isObject(collection) ? Object.hasOwn(collection, textOf(key)) : numberOf(key) in listOf(collection),
  ),
  index: define('collection: any, key: any', partAt),
  indexof: define('list: any, value: any', (list, value) => {
    const found = listOf(list).findIndex(item => areEqual(item, value));
    if (found < 0) throw new Error('item not found');
    return found;
  }),
  keys: define('inputMap: any', object => entriesOf(objectOf(object)).map(([key]) => key)),
  values: define('mapping: any', object => entriesOf(objectOf(object)).map(([, value]) => value)),
  length: define('collection: any', lengthOf),
  lookup: define('inputMap: any, key: text, default: anything', (object, key, otherwise) => {
    const found = objectOf(object);
    return Object.hasOwn(found, key) ? (found[key] as Value) : otherwise;
  }),
  merge: define(
    '...maps: anything',
    (...maps) => Object.fromEntries(maps.flatMap(map => (map === null ? [] : Object.entries(objectOf(map))))) as Value,
  ),
  range: define('...params: number', (...params) => range(params)),
  reverselist: define('list: any', list => [...listOf(list)].reverse()),
  reverse: define('str: text', text =>
    [...new Intl.Segmenter().segment(text)]
      .map(({ segment }) => segment)
      .reverse()
      .join(''),
  ),
  slice: define('list: any, start_index: whole, end_index: whole', (list, start, end) =>
    slice(listOf(list), start, end),
  ),
  zipmap: define('keys: texts, values: any', (keys, values) => {
    const items = listOf(values);
    if (keys.length !== items.length) {
      throw new Error(`number of keys (${keys.length}) does not match number of values (${items.length})`);
    }
    return Object.fromEntries(keys.map((key, at) => [key, items[at] as Value]));
  }),
  sethaselement: define('set: any, elem: any', (set, elem) => listOf(set).some(item => areEqual(item, elem))),
  setunion: define('...sets: any', (...sets) => asSet(sets.flatMap(set => [...listOf(set)]))),
  setintersection: define('...sets: any', (...sets) => {
    const [first = [], ...others] = sets.map(listOf);
    return asSet(first.filter(item => others.every(other => has(other, item))));
  }),
  setsubtract: define('a: any, b: any', (a, b) => asSet(listOf(a).filter(item => !has(listOf(b), item)))),
  setsymmetricdifference: define('...sets: any', (...sets) =>
    sets.map(listOf).reduce<Value[]>((left, right) => {
      const both = [...left.filter(item => !has(right, item)), ...right.filter(item => !has(left, item))];
      return asSet(both);
    }, []),
  ),
  setproduct: define('...sets: any', (...sets) => product(sets.map(listOf))),
};

const has = (list: readonly Value[], value: Value) => list.some(item => areEqual(item, value));

function lengthOf(value: Exclude<Value, null>): number {
  if (Array.isArray(value)) return value.length;
  if (isObject(value)) return Object.keys(value).length;
  throw new Error('collection must be a list, a map or a tuple');
}

function elementAt(items: readonly Value[], index: number): Value {
  if (items.length === 0) throw new Error('cannot use element function with an empty list');
  if (index < 0) throw new Error('cannot use element function with a negative index');
  return items[index % items.length] as Value;
}

function partAt(collection: Exclude<Value, null>, key: Exclude<Value, null>): Value {
  if (isObject(collection)) {
    const name = textOf(key);
    if (Object.hasOwn(collection, name)) return collection[name] as Value;
  } else {
    const items = listOf(collection);
    if (typeof key !== 'number') throw new Error('key for tuple must be number');
    if (key in items) return items[key] as Value;
  }
  throw new Error('invalid index');
}

function flatten(items: readonly Value[]): Value[] {
  return items.flatMap(item => (Array.isArray(item) ? flatten(item) : [item]));
}

function distinct(items: readonly Value[]): Value[] {
  return items.filter((item, at) => items.findIndex(other => areEqual(other, item)) === at);
}

function chunks(items: readonly Value[], size: number): Value[] {
  if (!Number.isInteger(size) || size < 0) throw new Error('the size argument must be positive');
  const step = size === 0 ? Math.max(1, items.length) : size;
  return Array.from({ length: Math.ceil(items.length / step) }, (_, at) => items.slice(at * step, (at + 1) * step));
}

function slice(items: readonly Value[], start: number, end: number): Value[] {
  if (start < 0) throw new Error('start index must not be less than zero');
  if (end > items.length) throw new Error('end index must not be greater than the length of the list');
  if (start > end) throw new Error('start index must not be greater than end index');
  return items.slice(start, end);
}

const longestList = 65_536;

function product(lists: readonly (readonly Value[])[]): Value[] {
  if (lists.length < 2) throw new Error('at least two arguments are required');
  return lists.reduce<Value[][]>(
    (rows, list) => {
      if (rows.length * list.length > longestList) throw new Error('there would be too many combinations');
      return rows.flatMap(row => list.map(item => [...row, item]));
    },
    [[]],
  );
}

/** `range(end)`, `range(start, end)`, `range(start, end, step)`. */
function range(bounds: readonly number[]): number[] {
  const [first = 0, second, step] = bounds;
  if (bounds.length === 0 || bounds.length > 3) throw new Error('must have one, two, or three arguments');
  const [from, to] = second === undefined ? [0, first] : [first, second];
  const by = step ?? (from <= to ? 1 : -1);
  if (by === 0) throw new Error('step must not be zero');
  if (from < to && by < 0) throw new Error('end must be less than start when step is negative');
  if (from > to && by > 0) throw new Error('start must be less than end when step is positive');
  const count = Math.max(0, Math.ceil((to - from) / by));
  if (count > 1024)
    throw new Error(
      'more than 1024 values were generated; either decrease the difference between start and end or use a smaller step',
    );
  return Array.from({ length: count }, (_, at) => from + at * by);
}
