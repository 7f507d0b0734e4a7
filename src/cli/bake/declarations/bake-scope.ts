// What expressions of bake files can use: variables with their values for this run, functions, names the builder gives, and
// other targets.
import { findFunction } from '../expressions/functions/functions.ts';
import { type Callable, CircleError, type Scope, type Value, within } from '../expressions/value.ts';
import type { Declarations, DeclaredFunction, DeclaredVariable, Term } from './declarations.ts';
import { fromEnvironment } from './from-environment.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

interface Options {
  readonly environment: Environment;
  /** Names that come before those of files: they cannot be declared. */
  readonly given: () => Readonly<Record<string, Value>>;
}

/** Values are evaluated when they are asked for. Asking throws an Error for a circle. */
export function openScope(declared: Declarations, { environment, given }: Options): Scope {
  const known = new Map<string, Value>();
  const pending = new Set<string>();
  const callables = new Map<string, Callable>();
  const make = (name: string): Value | undefined => {
    const global = declared.globals.get(name);
    const variable = declared.variables.get(name);
    if (!global && !variable) return undefined;
    return variableValue({ global, variable, environment }, scope);
  };
  const scope: Scope = {
    variable(name) {
      const names = given();
      if (Object.hasOwn(names, name)) return names[name];
      if (known.has(name)) return known.get(name);
      if (pending.has(name)) throw new CircleError(`variable cycle not allowed for ${name}`);
      pending.add(name);
      try {
        const value = make(name);
        if (value !== undefined) known.set(name, value);
        return value;
      } finally {
        pending.delete(name);
      }
    },
    callable(name) {
      // What is built in cannot be declared.
      const own = findFunction(name) ? undefined : declared.functions.get(name);
      if (!own) return findFunction(name);
      const found = callables.get(name) ?? ownFunction(own, scope);
      callables.set(name, found);
      return found;
    },
    names: () => [...Object.keys(given()), ...declared.globals.keys(), ...declared.variables.keys()],
  };
  return scope;
}

function ownFunction({ name, params, rest, result }: DeclaredFunction, scope: Scope): Callable {
  let isRunning = false;
  return {
    params: params.map(param => ({ name: param, kind: 'anything' })),
    ...(rest !== undefined && { rest: { name: rest, kind: 'anything' } }),
    call(...args) {
      if (isRunning) throw new CircleError(`function cycle not allowed for ${name}`);
      isRunning = true;
      try {
        const names = Object.fromEntries(params.map((param, at) => [param, args[at] ?? null]));
        return result.evaluate(
          within(rest === undefined ? names : { ...names, [rest]: args.slice(params.length) }, scope),
        );
      } finally {
        isRunning = false;
      }
    },
  };
}

interface Sources {
  readonly global: Term | undefined;
  readonly variable: DeclaredVariable | undefined;
  readonly environment: Environment;
}

/** An attribute at the top is used before a variable of its name, but that lets the environment in. */
function variableValue({ global, variable, environment }: Sources, scope: Scope): Value {
  const initial = (global ?? variable?.initial)?.evaluate(scope);
  return variable ? fromEnvironment(variable, initial, environment) : (initial ?? null);
}
