// Types as HCL writes them: `string`, `list(number)`, `object({a = bool})`.
import { HclError } from './syntax/hcl-error.ts';
import { type Expression, plainText } from './syntax/nodes.ts';
import type { Place } from './syntax/source.ts';
import {
  areEqual,
  byBytes,
  entriesOf,
  isObject,
  jsonOf,
  numberOf,
  reasonOf,
  textOf,
  truthOf,
  type Value,
} from './value.ts';

export type Type =
  | { readonly kind: 'string' | 'number' | 'bool' | 'any' }
  | CollectionType<'list'>
  | CollectionType<'set'>
  | CollectionType<'map'>
  | TupleType
  | ObjectType;

interface CollectionType<Kind extends 'list' | 'set' | 'map'> {
  readonly kind: Kind;
  readonly of: Type;
}

interface TupleType {
  readonly kind: 'tuple';
  readonly items: readonly Type[];
}

interface ObjectType {
  readonly kind: 'object';
  readonly fields: ReadonlyMap<string, FieldType>;
}

interface FieldType {
  readonly type: Type;
  readonly isOptional: boolean;
}

/** Throws an HclError for what is no type. */
export function parseType(expression: Expression): Type {
  if (expression.kind === 'variable') return keyword(expression.name, expression.place);
  if (expression.kind === 'call') return constructed(expression);
  throw invalid(
    expression.place,
    'A type specification is either a primitive type keyword (bool, number, string) or a complex type constructor call, like list(string).',
  );
}

const invalid = (place: Place, detail: string) => new HclError(place, 'Invalid type specification', detail);

const collections = { list: 'list', set: 'set', map: 'map' } as const;

function keyword(name: string, place: Place): Type {
  switch (name) {
    case 'string':
    case 'number':
    case 'bool':
    case 'any':
      return { kind: name };
    case 'list':
    case 'set':
    case 'map':
      throw invalid(place, `The ${name} type constructor requires one argument specifying the element type.`);
    case 'object':
      throw invalid(
        place,
        'The object type constructor requires one argument specifying the attribute types and values as a map.',
      );
    case 'tuple':
      throw invalid(place, 'The tuple type constructor requires one argument specifying the element types as a list.');
  }
  throw invalid(place, `The keyword ${JSON.stringify(name)} is not a valid type specification.`);
}

function constructed(call: Extract<Expression, { kind: 'call' }>): Type {
  const { name, namePlace, openPlace, closePlace, args } = call;
  if (['string', 'number', 'bool', 'any'].includes(name)) {
    throw invalid(
      { ...openPlace, end: closePlace.end },
      `Primitive type keyword ${JSON.stringify(name)} does not expect arguments.`,
    );
  }
  if (name === 'optional') {
    throw invalid(namePlace, 'Optional attribute modifier is only allowed inside an object type.');
  }
  const [argument] = args;
  const isKnown = name in collections || name === 'object' || name === 'tuple';
  if (!isKnown) {
    throw invalid(namePlace, `Keyword ${JSON.stringify(name)} is not a valid type constructor.`);
  }
  // Says what is missing.
  if (!argument || args.length > 1) keyword(name, { ...openPlace, end: closePlace.end });
  const inner = argument as Expression;
  if (name === 'tuple') return { kind: 'tuple', items: itemTypes(inner) };
  if (name === 'object') return { kind: 'object', fields: fieldTypes(inner) };
  return { kind: collections[name as 'list'], of: parseType(inner) };
}

function itemTypes(expression: Expression): Type[] {
  if (expression.kind === 'list') return expression.items.map(parseType);
  throw invalid(expression.place, 'Tuple type constructor requires a list of element types.');
}

function fieldTypes(expression: Expression): Map<string, FieldType> {
  if (expression.kind !== 'object') {
    throw invalid(
      expression.place,
      'Object type constructor requires a map whose keys are attribute names and whose values are the corresponding attribute types.',
    );
  }
  const fields = expression.entries.map(({ key, value }): [string, FieldType] => {
    const name = plainText(key);
    if (name === undefined) {
      throw invalid(key.place, 'Object constructor map keys must be attribute names.');
    }
    if (value.kind !== 'call' || value.name !== 'optional')
      return [name, { type: parseType(value), isOptional: false }];
    const [type, ...others] = value.args;
    if (type && others.length === 0) return [name, { type: parseType(type), isOptional: true }];
    throw invalid(
      { ...value.openPlace, end: value.closePlace.end },
      type
        ? 'Optional attribute modifier expects only one argument: the attribute type.'
        : 'Optional attribute modifier requires the attribute type as its argument.',
    );
  });
  return new Map(fields);
}

/** What the type is called in messages. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case 'any':
      return 'dynamic';
    case 'list':
    case 'set':
    case 'map':
      return `${type.kind} of ${typeName(type.of)}`;
    default:
      return type.kind;
  }
}

/** The value as one of this type; null is of any. Throws a plain Error for what cannot be one. */
export function convertTo(type: Type, value: Value): Value {
  if (value === null) return null;
  switch (type.kind) {
    case 'any':
      return value;
    case 'string':
      return textOf(value);
    case 'number':
      return numberOf(value);
    case 'bool':
      return truthOf(value);
    case 'list':
    case 'set':
    case 'tuple':
      return convertItems(type, value);
    default:
      return convertFields(type, value);
  }
}

function convertItems(type: CollectionType<'list'> | CollectionType<'set'> | TupleType, value: Value): Value {
  if (!Array.isArray(value)) throw new Error(`${typeName(type)} required`);
  if (type.kind === 'tuple') {
    if (value.length !== type.items.length) throw new Error('tuple required');
    return value.map((item, at) => inPart(at, () => convertTo(type.items[at] as Type, item)));
  }
  const items = value.map((item, at) => inPart(at, () => convertTo(type.of, item)));
  return type.kind === 'set' ? asSet(items) : items;
}

/** Every element once, in order. */
export function asSet(items: readonly Value[]): Value[] {
  const unique = items.filter((item, at) => items.findIndex(other => areEqual(other, item)) === at);
  return unique.sort((a, b) =>
    typeof a === 'number' && typeof b === 'number'
      ? a - b
      : byBytes(typeof a === 'string' ? a : jsonOf(a), typeof b === 'string' ? b : jsonOf(b)),
  );
}

function convertFields(type: CollectionType<'map'> | ObjectType, value: Value): Value {
  if (!isObject(value)) throw new Error(`${typeName(type)} required`);
  if (type.kind === 'map') {
    const entries = entriesOf(value).map(([key, item]) => [
      key,
      inPart(JSON.stringify(key), () => convertTo(type.of, item)),
    ]);
    return Object.fromEntries(entries);
  }
  const entries = [...type.fields].map(([name, { type: of, isOptional }]) => {
    if (!Object.hasOwn(value, name)) {
      if (isOptional) return [name, null];
      throw new Error(`attribute ${JSON.stringify(name)} is required`);
    }
    return [name, inPart(JSON.stringify(name), () => convertTo(of, value[name] as Value), 'attribute')];
  });
  return Object.fromEntries(entries);
}

function inPart<T>(part: string | number, work: () => T, called = 'element'): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`${called} ${part}: ${reasonOf(error)}`, { cause: error });
  }
}
