// What signs between two values mean.
import { areEqual, numberOf, remainder, rounded, type Value } from './value.ts';

/** Loosest first. */
export const precedence: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** All but `&&` and `||`. Throws a plain Error for values that it makes no sense of. */
export function compute(operator: string, left: Value, right: Value): Value {
  if (operator === '==') return areEqual(left, right);
  if (operator === '!=') return !areEqual(left, right);
  const [a, b] = [numberOf(left), numberOf(right)];
  switch (operator) {
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
    case '+':
      return rounded(a + b);
    case '-':
      return rounded(a - b);
    case '*':
      return rounded(a * b);
  }
  if (operator === '%') return remainder(a, b);
  if (b === 0) throw new Error('division by zero');
  return rounded(a / b);
}
