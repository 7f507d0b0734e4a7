// Variables of bake files in this run: what the environment says, as their type or their default wants it.
import { parseCsvLine } from '../../../lib/text/csv-line.ts';
import { convertTo, type Type, typeName } from '../expressions/types.ts';
import { isObject, kindName, reasonOf, type Value } from '../expressions/value.ts';
import type { DeclaredVariable } from './declarations.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The value of a variable whose default came to `initial`. `NAME` and, as JSON, `NAME_JSON` of the environment count. Throws
 * an Error at the variable for what is no value of its type.
 */
export function fromEnvironment(
  { name, type, reject }: DeclaredVariable,
  initial: Value | undefined,
  environment: Environment,
): Value {
  try {
    const typed = type && initial !== undefined ? typedDefault(name, type, initial) : initial;
    const json = type === undefined ? undefined : ownText(environment, `${name}_JSON`);
    const text = ownText(environment, name);
    if (type && text === undefined && json !== undefined) return fromJson(name, type, json);
    if (text === undefined) return typed !== undefined ? typed : noValue(type);
    return type ? parseTyped(name, type, text) : parseUntyped(name, typed, text);
  } catch (error) {
    throw reject('Invalid value', reasonOf(error));
  }
}

/** Names come from files: they may be those of what every object has. */
const ownText = (environment: Environment, name: string) =>
  Object.hasOwn(environment, name) ? environment[name] : undefined;

function fromJson(name: string, type: Type, text: string): Value {
  let value: Value;
  try {
    value = JSON.parse(text) as Value;
  } catch (error) {
    throw new Error(`failed to convert variable ${name} from JSON: ${(error as SyntaxError).message}`, {
      cause: error,
    });
  }
  return convertTo(type, value);
}

/** Of a variable without a default. */
const noValue = (type: Type | undefined): Value => (type ? null : '');

function typedDefault(name: string, type: Type, initial: Value): Value {
  try {
    return convertTo(type, initial);
  } catch (error) {
    const reason = `invalid type ${typeName(type)} for variable ${name} default value: ${reasonOf(error)}`;
    throw new Error(reason, { cause: error });
  }
}

function parseUntyped(name: string, initial: Value | undefined, text: string): Value {
  if (typeof initial === 'boolean') return parseBool(name, text);
  if (typeof initial === 'number') return parseNumber(name, text);
  if (Array.isArray(initial) || isObject(initial)) {
    throw new Error(`unsupported type ${kindName(initial)} for variable ${name}`);
  }
  return text;
}

function parseTyped(name: string, type: Type, text: string): Value {
  switch (type.kind) {
    case 'string':
      return text;
    case 'number':
      return parseNumber(name, text);
    case 'bool':
      return parseBool(name, text);
    case 'list':
    case 'set':
    case 'tuple':
    case 'map':
      try {
        return parseFields(name, type, text);
      } catch (error) {
        throw new Error(`failed to convert variable ${name} from CSV: ${reasonOf(error)}`, { cause: error });
      }
    default:
      throw new Error(`unsupported type ${typeName(type)} for variable ${name}`);
  }
}

function parseFields(
  name: string,
  type: Extract<Type, { kind: 'list' | 'set' | 'tuple' | 'map' }>,
  text: string,
): Value {
  const fields = csvFields(text);
  const simple = (of: Type | undefined, field: string): Value => {
    if (of?.kind === 'number' || of?.kind === 'bool' || of?.kind === 'string') {
      try {
        return parseTyped(name, of, field);
      } catch (error) {
        throw new Error(`failed to parse element of type ${typeName(type)}: ${reasonOf(error)}`, {
          cause: error,
        });
      }
    }
    throw new Error(`unsupported type ${typeName(type)} for CSV specification`);
  };
  if (type.kind === 'map') {
    return Object.fromEntries(fields.map(field => pair(field)).map(([key, value]) => [key, simple(type.of, value)]));
  }
  if (type.kind === 'tuple') {
    return convertTo(
      type,
      fields.map((field, at) => simple(type.items[at], field)),
    );
  }
  return convertTo(
    type,
    fields.map(field => simple(type.of, field)),
  );
}

function csvFields(text: string): string[] {
  try {
    return parseCsvLine(text);
  } catch (error) {
    throw new Error(`failed to parse ${text} as CSV: ${reasonOf(error)}`, { cause: error });
  }
}

function pair(field: string): [string, string] {
  const pieces = field.split(':');
  if (pieces.length !== 2) throw new Error(`expected one k/v pair but got ${pieces.length} pieces from ${field}`);
  return pieces as [string, string];
}

function parseBool(name: string, text: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  throw new Error(
    `failed to parse ${name} as bool: strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

function parseNumber(name: string, text: string): number {
  const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(number)) return number;
  throw new Error(
    `failed to parse ${name} as number: strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}
