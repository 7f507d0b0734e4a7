// Bake files in JSON, whose texts may have expressions in them.
import { evaluateTemplate } from '../expressions/evaluate.ts';
import { HclError } from '../expressions/syntax/hcl-error.ts';
import { parseTypeText } from '../expressions/syntax/parse-type-text.ts';
import { parseType } from '../expressions/types.ts';
import { type Scope, textOf, type Value } from '../expressions/value.ts';
import { asList, asObject, asText } from '../files/check-target.ts';
import type { Declarations, DeclaredBlock, DeclaredFunction, DeclaredVariable, Reject, Term } from './declarations.ts';

/** Throws a plain Error that names the place of what is wrong. */
export function readJson(text: string): Declarations {
  const document = asObject('the file', JSON.parse(text));
  const { target, group, variable, function: own, ...globals } = document;
  const variables = entries('variable', variable).map(([name, value]) => [name, variableOf(name, value)] as const);
  const functions = entries('function', own).map(([name, value]) => [name, functionOf(name, value)] as const);
  return {
    variables: new Map(variables),
    globals: new Map(Object.entries(globals).map(([name, value]) => [name, term(name, value)])),
    functions: new Map(functions),
    targets: entries('target', target).map(([name, value]) => blockOf('target', name, value)),
    groups: entries('group', group).map(([name, value]) => blockOf('group', name, value)),
  };
}

/** Several of one name are given as a list. */
function entries(where: string, value: unknown): [string, unknown][] {
  return Object.entries(asObject(where, value ?? {})).flatMap(([name, one]) =>
    Array.isArray(one) ? one.map((item): [string, unknown] => [name, item]) : [[name, one] as [string, unknown]],
  );
}

const at =
  (where: string): Reject =>
  (summary, detail) =>
    new Error(`${where}: ${summary}; ${detail}`);

function term(where: string, value: unknown): Term {
  return { evaluate: scope => filled(value as Value, scope, where), reject: at(where) };
}

function optionalTerm(where: string, value: unknown): Term | undefined {
  return value === undefined || value === null ? undefined : term(where, value);
}

function blockOf(kind: string, name: string, value: unknown): DeclaredBlock {
  const where = `${kind}.${name}`;
  const fields = Object.entries(asObject(where, value)).map(
    ([field, of]) => [field, term(`${where}.${field}`, of)] as const,
  );
  return { name, fields: new Map(fields), nested: [], rejectName: at(where), rejectBody: at(where) };
}

function variableOf(name: string, value: unknown): DeclaredVariable {
  const where = `variable.${name}`;
  const { default: initial, type, description, validation = [] } = asObject(where, value);
  const rules = Array.isArray(validation) ? validation : [validation];
  return {
    name,
    initial: initial === undefined ? undefined : term(`${where}.default`, initial),
    type: type === undefined || type === null ? undefined : placed(`${where}.type`, () => typeOf(asText(where, type))),
    description: optionalTerm(`${where}.description`, description),
    validations: rules.map(rule => {
      const place = `${where}.validation`;
      const { condition = true, error_message = '' } = asObject(place, rule);
      return {
        condition: term(`${place}.condition`, condition),
        message: term(`${place}.error_message`, error_message),
      };
    }),
    reject: at(where),
  };
}

const typeOf = (text: string) => parseType(parseTypeText(text));

function functionOf(name: string, value: unknown): DeclaredFunction {
  const where = `function.${name}`;
  const { params = [], variadic_params: rest, result = null } = asObject(where, value);
  return {
    name,
    params: asList(`${where}.params`, params),
    rest: rest === undefined || rest === null ? undefined : asText(`${where}.variadic_params`, rest),
    result: term(`${where}.result`, result),
  };
}

/** Evaluated part by part, so that an error says where it is. */
function filled(value: Value, scope: Scope, where: string): Value {
  if (Array.isArray(value)) return value.map((item, index) => filled(item, scope, `${where}[${index}]`));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        placed(where, () => textOf(evaluateTemplate(key, scope))),
        filled(item, scope, `${where}.${key}`),
      ]),
    );
  }
  return typeof value === 'string' ? placed(where, () => evaluateTemplate(value, scope)) : value;
}

/** What has no place of its own gets this one. */
function placed<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError || (error instanceof HclError && error.place.source.name !== '')) throw error;
    throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
