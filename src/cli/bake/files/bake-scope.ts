// What expressions of bake files can use: variables with their values for this run, functions, names the builder gives.

import { evaluateTemplate } from '../expressions/evaluate.ts';
import { callFunction } from '../expressions/functions.ts';
import { numberOf, type Scope, truthOf, type Value, within } from '../expressions/value.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the files of a command line declare together, later ones on top. */
export interface Declarations {
  /** By name: `default` of a variable, or the value of an attribute at the top. */
  readonly variables: Readonly<Record<string, Value>>;
  /** Names that the environment may give another value. */
  readonly overridable: ReadonlySet<string>;
  readonly functions: Readonly<Record<string, { readonly params: readonly string[]; readonly result: Value }>>;
}

export const noDeclarations: Declarations = { variables: {}, overridable: new Set(), functions: {} };

/** Values are evaluated when they are asked for; `given` come first. Asking throws a plain Error for a circle. */
export function openScope(
  declared: Declarations,
  environment: Environment,
  given: Readonly<Record<string, Value>> = {},
): Scope {
  const known = new Map<string, Value>(Object.entries(given));
  const pending = new Set<string>();
  const scope: Scope = {
    variable(name) {
      if (known.has(name)) return known.get(name) as Value;
      if (!Object.hasOwn(declared.variables, name)) return environment[name];
      if (pending.has(name)) throw new Error(`variable cycle not allowed for ${name}`);
      pending.add(name);
      const value = variableOf(name, declared, { environment, scope });
      pending.delete(name);
      known.set(name, value);
      return value;
    },
    call(name, args) {
      const own = declared.functions[name];
      if (!own) return callFunction(name, args);
      const names = Object.fromEntries(own.params.map((param, at) => [param, args[at] ?? null]));
      return fill(own.result, within(names, scope));
    },
  };
  return scope;
}

/** All texts in a value with their expressions evaluated; keys, too. Throws a plain Error. */
export function fill(value: Value, scope: Scope): Value {
  if (typeof value === 'string') return evaluateTemplate(value, scope);
  if (Array.isArray(value)) return value.map(item => fill(item, scope));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [String(evaluateTemplate(key, scope)), fill(item, scope)]);
  return Object.fromEntries(entries);
}

/** The environment's text as what the default is: a number, a switch, a list of fields. */
function variableOf(name: string, declared: Declarations, o: { environment: Environment; scope: Scope }): Value {
  const initial = fill(declared.variables[name] ?? '', o.scope);
  const text = declared.overridable.has(name) ? o.environment[name] : undefined;
  if (text === undefined) return initial;
  try {
    if (typeof initial === 'number') return numberOf(text);
    if (typeof initial === 'boolean') return truthOf(text);
    if (Array.isArray(initial)) return text === '' ? [] : text.split(',');
    return typeof initial === 'object' && initial !== null ? (JSON.parse(text) as Value) : text;
  } catch (error) {
    throw new Error(`failed to convert ${JSON.stringify(text)} of ${name}: it is of another kind than its default`, {
      cause: error,
    });
  }
}
