// What signs between two values mean.
import { areEqual, numberOf, truthOf, type Value } from './value.ts';

/** Loosest first. */
export const precedence: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** Throws a plain Error for values that it makes no sense of. */
export function compute(operator: string, left: Value, right: Value): Value {
  switch (operator) {
    case '||':
      return truthOf(left) || truthOf(right);
    case '&&':
      return truthOf(left) && truthOf(right);
    case '==':
      return areEqual(left, right);
    case '!=':
      return !areEqual(left, right);
  }
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
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
  }
  if (b === 0) throw new Error('division by zero');
  return operator === '/' ? a / b : a % b;
}
