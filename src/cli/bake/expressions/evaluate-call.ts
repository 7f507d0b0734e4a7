// Calls of functions in expressions.
import { nearest } from '../../../lib/text/suggestion.ts';
import { findFunction, functionNames } from './functions/functions.ts';
import { HclError } from './syntax/hcl-error.ts';
import { beginning, type Call, type Expression } from './syntax/nodes.ts';
import { type Place, placeBetween } from './syntax/source.ts';
import { convertTo, parseType } from './types.ts';
import {
  type Callable,
  CircleError,
  listOf,
  numberOf,
  type Parameter,
  reasonOf,
  type Scope,
  textOf,
  truthOf,
  type Value,
  wholeOf,
} from './value.ts';

type Evaluate = (expression: Expression, scope: Scope) => Value;

/** Throws an HclError for a function that there is not, and what a function makes no sense of. */
export function callFunction(call: Call, scope: Scope, evaluate: Evaluate): Value {
  if (call.name === 'try' || call.name === 'can') return attemptArguments(call, scope, evaluate);
  if (call.name === 'convert') return convert(call, scope, evaluate);
  const found = scope.callable(call.name);
  if (!found) throw unknownFunction(call);
  // The number is wrong before any of them is.
  if (!call.expands) checkCount(call, found, call.args.map(beginning));
  const args = argumentsOf(call, scope, evaluate);
  checkCount(
    call,
    found,
    args.map(({ place }) => place),
  );
  const converted = args.map(({ value, place }, at) =>
    argument(value, found.params[at] ?? (found.rest as Parameter), place),
  );
  try {
    return found.call(...converted);
  } catch (error) {
    const isPlaced = error instanceof HclError || error instanceof CircleError;
    // What is built in may say anything: of a text too long, say.
    if (findFunction(call.name) && error instanceof Error && !isPlaced) throw failed(call, error.message);
    throw failed(call, reasonOf(error));
  }
}

interface Argument {
  readonly value: Value;
  readonly place: Place;
}

function argumentsOf({ args, expands }: Call, scope: Scope, evaluate: Evaluate): Argument[] {
  const given = args.map(arg => ({ value: evaluate(arg, scope), place: beginning(arg) }));
  if (!expands) return given;
  const last = given.pop() as Argument;
  if (Array.isArray(last.value)) return [...given, ...last.value.map(value => ({ value, place: last.place }))];
  const isNull = last.value === null;
  const written = args.at(-1) as Expression;
  throw new HclError(
    written.place,
    'Invalid expanding argument value',
    isNull
      ? 'The expanding argument (indicated by ...) must not be null.'
      : 'The expanding argument (indicated by ...) must be of a tuple, list, or set type.',
  );
}

function unknownFunction({ name, namePlace }: Call): HclError {
  const near = nearest(name, functionNames());
  const meant = near === undefined ? '' : ` Did you mean ${JSON.stringify(near)}?`;
  const detail = `There is no function named ${JSON.stringify(name)}.${meant}`;
  return new HclError(namePlace, 'Call to unknown function', detail);
}

function checkCount(call: Call, { params, rest }: Callable, places: readonly Place[]): void {
  const name = JSON.stringify(call.name);
  const missing = params[places.length];
  if (missing) {
    const many = `expects ${rest ? 'at least ' : ''}${params.length} argument(s)`;
    const detail = `Function ${name} ${many}. Missing value for ${JSON.stringify(missing.name)}.`;
    throw new HclError(call.closePlace, 'Not enough function arguments', detail);
  }
  const extra = places[params.length];
  if (extra && !rest) {
    const detail = `Function ${name} expects only ${params.length} argument(s).`;
    throw new HclError(extra, 'Too many function arguments', detail);
  }
}

function argument(value: Value, { name, kind }: Parameter, place: Place): Value {
  try {
    if (value === null && kind !== 'anything') throw new Error('argument must not be null');
    return conversions[kind](value);
  } catch (error) {
    const detail = `Invalid value for ${JSON.stringify(name)} parameter: ${reasonOf(error)}.`;
    throw new HclError(place, 'Invalid function argument', detail, { cause: error });
  }
}

const same = (value: Value) => value;
const conversions: Readonly<Record<Parameter['kind'], (value: Value) => Value>> = {
  text: textOf,
  number: numberOf,
  whole: wholeOf,
  truth: truthOf,
  texts: value => {
    if (!Array.isArray(value)) throw new Error('list of string required');
    return listOf(value).map((item, at) => {
      try {
        return textOf(item);
      } catch (error) {
        throw new Error(`element ${at}: ${reasonOf(error)}`, { cause: error });
      }
    });
  },
  any: same,
  anything: same,
};

function failed(call: Call, reason: string): HclError {
  const detail = `Call to function ${JSON.stringify(call.name)} failed: ${reason}.`;
  return new HclError(placeBetween(call.namePlace, call.openPlace), 'Error in function call', detail);
}

/** `try(a, b…)`: the first that can be evaluated; `can(a)`: whether it can. */
function attemptArguments(call: Call, scope: Scope, evaluate: Evaluate): Value {
  const reasons: string[] = [];
  for (const arg of call.args) {
    try {
      const value = evaluate(arg, scope);
      return call.name === 'can' ? true : value;
    } catch (error) {
      if (!(error instanceof HclError)) throw error;
      reasons.push(`- ${error.summary} (at ${error.message.split(': ')[0]})\n  ${error.detail}`);
    }
  }
  if (call.name === 'can') return false;
  if (reasons.length === 0) throw failed(call, 'at least one argument is required');
  throw failed(
    call,
    `no expression succeeded:\n${reasons.join('\n')}\n\nAt least one expression must produce a successful result`,
  );
}

/** `convert(value, type)`. */
function convert(call: Call, scope: Scope, evaluate: Evaluate): Value {
  const [value, type] = call.args;
  if (!value || !type) {
    const detail = `Function "convert" expects 2 argument(s). Missing value for ${value ? '"type"' : '"value"'}.`;
    throw new HclError(call.closePlace, 'Not enough function arguments', detail);
  }
  const wanted = parseType(type);
  try {
    return convertTo(wanted, evaluate(value, scope));
  } catch (error) {
    const detail = `Invalid value for "value" parameter: ${reasonOf(error)}.`;
    throw new HclError(beginning(value), 'Invalid function argument', detail, { cause: error });
  }
}
