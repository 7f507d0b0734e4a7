// Expressions in HCL's native syntax.
import { precedence } from '../operators.ts';
import { parseCallArguments, parseCollection } from './collection-parser.ts';
import { HclError } from './hcl-error.ts';
import { around, type Expression, tooDeep } from './nodes.ts';
import { type Place, placeBetween, type Source } from './source.ts';
import { parseHeredoc, parseQuoted, parseWhole } from './template-parser.ts';
import { Cursor, depthLimit, type Token, tooDeepAt } from './tokens.ts';

/** The text of a JSON file, or of another place that has no quotes, as a template. Throws an HclError. */
export function parseTemplateText(source: Source): Expression {
  return notTooDeep(parseWhole(new Cursor(source), parseExpression));
}

/** A whole expression, which ends where the cursor stops. Throws an HclError. */
export function parseAttributeValue(cursor: Cursor): Expression {
  return notTooDeep(parseExpression(cursor));
}

function notTooDeep(expression: Expression): Expression {
  // Operators and indices one after the other lie in each other, too.
  const found = tooDeep(expression, 5 * depthLimit);
  if (found) throw tooDeepAt(found.place);
  return expression;
}

function parseExpression(cursor: Cursor): Expression {
  return cursor.deeper(() => parseCondition(cursor));
}

function parseCondition(cursor: Cursor): Expression {
  const condition = parseBinary(cursor, 0);
  if (!cursor.take('?')) return condition;
  const then = parseExpression(cursor);
  const colon = cursor.peek;
  if (!cursor.take(':')) {
    throw new HclError(
      colon.place,
      'Missing false expression in conditional',
      'The conditional operator (...?...:...) requires a false expression, delimited by a colon.',
    );
  }
  const otherwise = parseExpression(cursor);
  return { kind: 'condition', place: around(condition, otherwise), condition, then, otherwise };
}

/** Operators that bind at least as tightly as those of `level`. */
function parseBinary(cursor: Cursor, level: number): Expression {
  let left = parseUnary(cursor);
  for (;;) {
    const { kind, text } = cursor.peek;
    const found = kind === 'sign' ? precedence.findIndex(signs => signs.includes(text)) : -1;
    if (found < level) return left;
    cursor.next();
    const right = parseBinary(cursor, found + 1);
    left = { kind: 'binary', place: around(left, right), operator: text, left, right };
  }
}

function parseUnary(cursor: Cursor): Expression {
  const sign = cursor.take('!') ?? cursor.take('-');
  if (!sign) return parseParts(cursor, parseTerm(cursor));
  const operand = cursor.deeper(() => parseUnary(cursor));
  const place = placeBetween(sign.place, operand.place);
  return { kind: 'unary', place, operator: sign.text as '!' | '-', operand };
}

/** `.name`, `.0`, `[key]`, `.*`, `[*]` behind a value. */
function parseParts(cursor: Cursor, whole: Expression): Expression {
  let value = whole;
  for (;;) {
    const dot = cursor.take('.');
    if (dot) value = parseDotted(cursor, value, dot);
    else if (cursor.isSign('[')) value = parseBracketed(cursor, value);
    else return value;
  }
}

function parseDotted(cursor: Cursor, of: Expression, dot: Token): Expression {
  const token = cursor.peek;
  if (token.kind === 'name') {
    cursor.next();
    const keyPlace = placeBetween(dot.place, token.place);
    return { kind: 'attribute', place: placeBetween(of.place, token.place), of, name: token.text, keyPlace };
  }
  if (token.kind === 'number') return parseNumbered(cursor, of, dot.place);
  if (cursor.take('*')) {
    let each: Expression = { kind: 'item', place: token.place };
    for (let next = cursor.take('.'); next; next = cursor.take('.')) each = parseDotted(cursor, each, next);
    return { kind: 'splat', place: cursor.place(of.place.start), of, each };
  }
  throw new HclError(token.place, 'Invalid attribute name', 'An attribute name is required after a dot.');
}

/** `.0` */
function parseNumbered(cursor: Cursor, of: Expression, dot: Place): Expression {
  const { text, place } = cursor.next();
  if (!/^\d+$/.test(text)) throw chainedIndices(text, place);
  const key: Expression = { kind: 'literal', place, value: Number(text) };
  return { kind: 'index', place: placeBetween(of.place, place), of, key, keyPlace: placeBetween(dot, place) };
}

/** Two of them look like one number. */
function chainedIndices(text: string, place: Place): HclError {
  const [first, second] = text.split('.');
  const proper = second === undefined ? '' : ` Use the proper index syntax instead, like [${first}][${second}].`;
  const detail = `When using the legacy index syntax, chaining two indexes together is not permitted.${proper}`;
  return new HclError(place, 'Invalid legacy index syntax', detail);
}

function parseBracketed(cursor: Cursor, of: Expression): Expression {
  const open = cursor.next();
  const key = cursor.within(false, () => {
    const inside = cursor.take('*') ? undefined : parseExpression(cursor);
    const close = cursor.peek;
    if (cursor.take(']')) return inside;
    throw new HclError(
      close.place,
      'Missing close bracket on index',
      'The index operator must end with a closing bracket ("]").',
    );
  });
  const keyPlace = cursor.place(open.place.start);
  if (key) return { kind: 'index', place: placeBetween(of.place, keyPlace), of, key, keyPlace };
  const each = parseParts(cursor, { kind: 'item', place: keyPlace });
  return { kind: 'splat', place: cursor.place(of.place.start), of, each };
}

function parseTerm(cursor: Cursor): Expression {
  const token = cursor.peek;
  switch (token.kind) {
    case 'number':
      cursor.next();
      return { kind: 'literal', place: token.place, value: Number(token.text) };
    case 'quote':
      return parseQuoted(cursor, parseExpression);
    case 'heredoc':
      return parseHeredoc(cursor, parseExpression);
    case 'name':
      return parseNamed(cursor);
    case 'sign':
      if (token.text === '(') return parseParentheses(cursor);
      if (token.text === '[' || token.text === '{') return parseCollection(cursor, parseExpression);
  }
  if (token.kind === 'end') {
    throw new HclError(
      token.place,
      'Missing expression',
      'Expected the start of an expression, but found the end of the file.',
    );
  }
  throw new HclError(
    token.place,
    'Invalid expression',
    'Expected the start of an expression, but found an invalid expression token.',
  );
}

function parseNamed(cursor: Cursor): Expression {
  const { text, place } = cursor.next();
  if (cursor.isSign('(')) return parseCallArguments(cursor, { text, place }, parseExpression);
  if (text === 'true' || text === 'false') return { kind: 'literal', place, value: text === 'true' };
  return text === 'null' ? { kind: 'literal', place, value: null } : { kind: 'variable', place, name: text };
}

function parseParentheses(cursor: Cursor): Expression {
  const open = cursor.next();
  return cursor.within(false, () => {
    const inner = parseExpression(cursor);
    const close = cursor.peek;
    if (cursor.take(')')) return { kind: 'parentheses', place: placeBetween(open.place, close.place), inner };
    throw new HclError(
      close.place,
      'Unbalanced parentheses',
      'Expected a closing parenthesis to terminate the expression.',
    );
  });
}
