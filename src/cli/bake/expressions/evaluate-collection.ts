// Objects and loops.
import { attempt } from './attempt.ts';
import { HclError } from './syntax/hcl-error.ts';
import type { Expression, Loop, ObjectEntry } from './syntax/nodes.ts';
import type { Place } from './syntax/source.ts';
import { entriesOf, isObject, kindName, type Scope, textOf, truthOf, type Value, within } from './value.ts';

type Evaluate = (expression: Expression, scope: Scope) => Value;

/** `{key = value}`. Throws an HclError for a key that is no text. */
export function evaluateObject(entries: readonly ObjectEntry[], scope: Scope, evaluate: Evaluate): Value {
  return Object.fromEntries(
    entries.map(({ key, value }) => [keyText(evaluate(key, scope), key.place), evaluate(value, scope)]),
  );
}

function keyText(key: Value, place: Place): string {
  if (key === null) throw new HclError(place, 'Null value as key', "Can't use a null value as a key.");
  const text = attempt(() => textOf(key));
  if ('value' in text) return text.value;
  throw new HclError(place, 'Incorrect key type', `Can't use this value as a key: ${text.reason}.`);
}

/** Throws an HclError for what cannot be gone through, and for two values of one key. */
export function evaluateLoop(expression: Loop, scope: Scope, evaluate: Evaluate): Value {
  const values: Value[] = [];
  const byKey = new Map<string, Value>();
  for (const inner of turns(expression, scope, evaluate)) {
    if (!isWanted(expression, inner, evaluate)) continue;
    const { key, value, groups } = expression;
    if (!key) {
      values.push(evaluate(value, inner));
      continue;
    }
    const name = keyText(evaluate(key, inner), key.place);
    const found = evaluate(value, inner);
    if (groups) byKey.set(name, [...((byKey.get(name) ?? []) as readonly Value[]), found]);
    else if (byKey.has(name)) throw duplicateKey(name, key.place);
    else byKey.set(name, found);
  }
  return expression.key ? Object.fromEntries(byKey) : values;
}

/** What `%{for}` repeats, joined. Throws an HclError. */
export function evaluateRepeated(expression: Loop, scope: Scope, evaluate: Evaluate): string {
  const texts = [...turns(expression, scope, evaluate)].map(inner => textOf(evaluate(expression.value, inner)));
  return texts.join('');
}

function duplicateKey(name: string, place: Place): HclError {
  const detail = `Two different items produced the key ${JSON.stringify(name)} in this 'for' expression. If duplicates are expected, use the ellipsis (...) after the value expression to enable grouping by key.`;
  return new HclError(place, 'Duplicate object key', detail);
}

/** The scope of each turn. */
function* turns({ over, keyName, valueName }: Loop, scope: Scope, evaluate: Evaluate): Generator<Scope> {
  const collection = evaluate(over, scope);
  const pairs = isObject(collection) ? entriesOf(collection) : elements(collection, over.place).entries();
  for (const [key, value] of pairs) {
    yield within(keyName === undefined ? { [valueName]: value } : { [keyName]: key, [valueName]: value }, scope);
  }
}

function elements(collection: Value, place: Place): readonly Value[] {
  if (Array.isArray(collection)) return collection;
  if (collection === null) {
    const detail = "A null value cannot be used as the collection in a 'for' expression.";
    throw new HclError(place, 'Iteration over null value', detail);
  }
  const detail = `A value of type ${kindName(collection)} cannot be used as the collection in a 'for' expression.`;
  throw new HclError(place, 'Iteration over non-iterable value', detail);
}

function isWanted({ condition: filter }: Loop, scope: Scope, evaluate: Evaluate): boolean {
  if (!filter) return true;
  const value = evaluate(filter, scope);
  if (value === null) {
    const detail = "The value of the 'if' clause must not be null.";
    throw new HclError(filter.place, 'Condition is null', detail);
  }
  const truth = attempt(() => truthOf(value));
  if ('value' in truth) return truth.value;
  const detail = `The 'if' clause value is invalid: ${truth.reason}.`;
  throw new HclError(filter.place, "Invalid 'for' condition", detail);
}
