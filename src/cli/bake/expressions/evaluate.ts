// What expressions of HCL come to.
import { nearest } from '../../../lib/text/suggestion.ts';
import { attempt } from './attempt.ts';
import { callFunction } from './evaluate-call.ts';
import { evaluateLoop, evaluateObject, evaluateRepeated } from './evaluate-collection.ts';
import { compute } from './operators.ts';
import { attributeOf, elementOf } from './parts.ts';
import { parseTemplateText } from './syntax/expression-parser.ts';
import { HclError } from './syntax/hcl-error.ts';
import type { Expression } from './syntax/nodes.ts';
import type { Place } from './syntax/source.ts';
import { CircleError, kindName, numberOf, type Scope, textOf, truthOf, type Value, within } from './value.ts';

/** The value of a text with `${…}` and `%{…}` in it. Throws an HclError without a place for what makes no sense. */
export function evaluateTemplate(text: string, scope: Scope): Value {
  return /[$%]\{/.test(text) ? evaluate(parseTemplateText({ name: '', text }), scope) : text;
}

/** Throws an HclError for what makes no sense, at its place. */
export function evaluate(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'template':
      return joined(expression.parts, scope, expression.place);
    case 'wrapped':
    case 'parentheses':
      return evaluate(expression.inner, scope);
    case 'variable':
      return variable(expression.name, expression.place, scope);
    case 'item':
      return scope.variable(splatItem) as Value;
    case 'attribute':
      return attributeOf(evaluate(expression.of, scope), expression.name, expression.keyPlace);
    case 'index':
      return elementOf(evaluate(expression.of, scope), evaluate(expression.key, scope), expression.keyPlace);
    case 'splat':
      return splat(evaluate(expression.of, scope), expression.each, scope);
    case 'call':
      return callFunction(expression, scope, evaluate);
    case 'list':
      return expression.items.map(item => evaluate(item, scope));
    case 'object':
      return evaluateObject(expression.entries, scope, evaluate);
    case 'loop':
      return evaluateLoop(expression, scope, evaluate);
    case 'repeated':
      return evaluateRepeated(expression.loop, scope, evaluate);
    case 'condition':
      return condition(expression, scope);
    case 'binary':
      return binary(expression, scope);
    case 'unary': {
      const operand = evaluate(expression.operand, scope);
      const { place } = expression.operand;
      const converted = attempt(() => (expression.operator === '!' ? !truthOf(operand) : -numberOf(operand)));
      return 'value' in converted ? converted.value : unsuitable('unary', converted.reason, place);
    }
  }
}

type Kind<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

/** No name that can be written. */
const splatItem = '*';

/** Texts beyond this are not made: a few lines can ask for more than there is memory. */
const longestText = 64 * 1024 * 1024;

function joined(parts: readonly Expression[], scope: Scope, place: Place): string {
  let text = '';
  for (const part of parts) {
    text += textPart(evaluate(part, scope), part.place);
    if (text.length > longestText) throw new HclError(place, 'Text too long', 'It would have more than 64 MiB.');
  }
  return text;
}

function textPart(value: Value, place: Place): string {
  const summary = 'Invalid template interpolation value';
  if (value === null) {
    const detail = 'The expression result is null. Cannot include a null value in a string template.';
    throw new HclError(place, summary, detail);
  }
  const text = attempt(() => textOf(value));
  if ('value' in text) return text.value;
  throw new HclError(place, summary, `Cannot include the given value in a string template: ${text.reason}.`);
}

function variable(name: string, place: Place, scope: Scope): Value {
  const value = scope.variable(name);
  if (value !== undefined) return value;
  const near = nearest(name, scope.names());
  const meant = near === undefined ? '' : ` Did you mean ${JSON.stringify(near)}?`;
  throw new HclError(place, 'Unknown variable', `There is no variable named ${JSON.stringify(name)}.${meant}`);
}

/** Nothing is no element, what is no list is the only one. */
function splat(of: Value, each: Expression, scope: Scope): Value {
  const items = of === null ? [] : Array.isArray(of) ? of : [of];
  return items.map(item => evaluate(each, within({ [splatItem]: item }, scope)));
}

function condition(expression: Kind<'condition'>, scope: Scope): Value {
  const { condition: asked, then, otherwise } = expression;
  const value = evaluate(asked, scope);
  if (value === null) {
    const detail = 'The condition value is null. Conditions must either be true or false.';
    throw new HclError(asked.place, 'Null condition', detail);
  }
  const truth = attempt(() => truthOf(value));
  if (!('value' in truth)) {
    throw new HclError(asked.place, 'Incorrect condition type', 'The condition expression must be of type bool.');
  }
  const [taken, other] = truth.value ? [then, otherwise] : [otherwise, then];
  const result = evaluate(taken, scope);
  // Both have to be of one kind: what fails in the other does not matter.
  const rival = attemptRival(other, scope);
  return rival === undefined ? result : alike(result, rival, { expression, isThen: truth.value });
}

function attemptRival(expression: Expression, scope: Scope): Value | undefined {
  try {
    return evaluate(expression, scope);
  } catch (error) {
    if (error instanceof HclError || error instanceof CircleError) return undefined;
    throw error;
  }
}

/** The result as the kind that both can be: a text where one of them is. */
function alike(result: Value, rival: Value, o: { expression: Kind<'condition'>; isThen: boolean }): Value {
  const [own, others] = [kindName(result), kindName(rival)];
  if (own === others || result === null || rival === null) return result;
  const areSimple = typeof result !== 'object' && typeof rival !== 'object';
  if (areSimple && (own === 'string' || others === 'string')) return textOf(result);
  const [first, second] = o.isThen ? [own, others] : [others, own];
  const { then, otherwise } = o.expression;
  throw new HclError(
    { ...then.place, end: otherwise.place.end },
    'Inconsistent conditional result types',
    `The true and false result expressions must have consistent types. The 'true' value is ${first}, but the 'false' value is ${second}.`,
  );
}

function binary({ operator, left, right }: Kind<'binary'>, scope: Scope): Value {
  const first = evaluate(left, scope);
  if (operator === '&&' || operator === '||') {
    const holds = truthOperand(first, 'left', left.place);
    return holds === (operator === '||') ? holds : truthOperand(evaluate(right, scope), 'right', right.place);
  }
  const second = evaluate(right, scope);
  if (operator === '==' || operator === '!=') return compute(operator, first, second);
  const [a, b] = [numberOperand(first, 'left', left.place), numberOperand(second, 'right', right.place)];
  const result = attempt(() => compute(operator, a, b));
  if ('value' in result) return result.value;
  throw new HclError(
    { ...left.place, end: right.place.end },
    'Operation failed',
    `Error during operation: ${result.reason}.`,
  );
}

function truthOperand(value: Value, side: string, place: Place): boolean {
  const truth = attempt(() => truthOf(value));
  return 'value' in truth ? truth.value : unsuitable(side, truth.reason, place);
}

function numberOperand(value: Value, side: string, place: Place): number {
  const number = attempt(() => numberOf(value));
  return 'value' in number ? number.value : unsuitable(side, number.reason, place);
}

function unsuitable(side: string, reason: string, place: Place): never {
  throw new HclError(place, 'Invalid operand', `Unsuitable value for ${side} operand: ${reason}.`);
}
