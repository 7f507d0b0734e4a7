// `matrix`: one target for every combination of values.
import { entriesOf, isObject, type Scope, type Value, within } from '../expressions/value.ts';
import type { DeclaredBlock, Term } from './declarations.ts';

/** More targets than anybody wants to build at once. */
const mostCombinations = 65_536;

/** A scope for each choice of one value for each key; those of the first key change fastest. Throws an Error at the target. */
export function combinationsOf(matrix: Term, { rejectName }: DeclaredBlock, scope: Scope): Scope[] {
  const value = matrix.evaluate(scope);
  const wrong = (detail: string) => rejectName('Invalid name', detail);
  if (!isObject(value)) throw wrong('matrix must be a map');
  let all: Readonly<Record<string, Value>>[] = [{}];
  for (const [key, values] of entriesOf(value)) {
    const choices = isObject(values) ? entriesOf(values).map(([, choice]) => choice) : values;
    if (!Array.isArray(choices)) throw wrong('matrix values must be a list');
    if (all.length * choices.length > mostCombinations) throw wrong('matrix has too many combinations');
    all = choices.flatMap((choice: Value) => all.map(one => ({ ...one, [key]: choice })));
  }
  return all.map(names => within(names, scope));
}
