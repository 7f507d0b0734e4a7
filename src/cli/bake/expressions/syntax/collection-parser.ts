// What stands in brackets and braces: lists, objects, loops, the arguments of calls.
import { HclError } from './hcl-error.ts';
import type { Call, Expression, Loop, ObjectEntry } from './nodes.ts';
import { type Place, placeBetween } from './source.ts';
import { type ParseExpression, readLoopNames } from './template-pieces.ts';
import type { Cursor, Token } from './tokens.ts';

/** `[…]` or `{…}`, whose opening comes next. Throws an HclError. */
export function parseCollection(cursor: Cursor, parse: ParseExpression): Expression {
  const open = cursor.next();
  const isList = open.text === '[';
  // Line ends separate the entries of an object.
  if (cursor.within(false, () => cursor.isName('for')))
    return cursor.within(false, () => parseLoop(cursor, open, parse));
  return cursor.within(!isList, () => (isList ? parseItems(cursor, open, parse) : parseEntries(cursor, open, parse)));
}

function parseItems(cursor: Cursor, open: Token, parse: ParseExpression): Expression {
  const items: Expression[] = [];
  while (!cursor.isSign(']')) {
    items.push(parse(cursor));
    const next = cursor.peek;
    if (cursor.isSign(']') || cursor.take(',')) continue;
    throw next.kind === 'end' ? unterminatedList(open.place) : itemSeparatorMissing(next.place);
  }
  const close = cursor.next();
  return { kind: 'list', place: placeBetween(open.place, close.place), items };
}

function unterminatedList(open: Place): HclError {
  return new HclError(
    open,
    'Unterminated tuple constructor expression',
    'There is no corresponding closing bracket before the end of the file. This may be caused by incorrect bracket nesting elsewhere in this file.',
  );
}

function itemSeparatorMissing(place: Place): HclError {
  return new HclError(place, 'Missing item separator', 'Expected a comma to mark the beginning of the next item.');
}

function parseEntries(cursor: Cursor, open: Token, parse: ParseExpression): Expression {
  const entries: ObjectEntry[] = [];
  for (;;) {
    while (cursor.peek.kind === 'newline') cursor.next();
    const close = cursor.take('}');
    if (close) return { kind: 'object', place: placeBetween(open.place, close.place), entries };
    entries.push(parseEntry(cursor, parse));
    const next = cursor.peek;
    if (next.kind === 'newline' || cursor.isSign('}')) continue;
    if (!cursor.take(',')) throw separatorMissing(next, open.place);
  }
}

function separatorMissing(next: Token, open: Place): HclError {
  if (next.kind === 'end') return unterminatedObject(open);
  return new HclError(
    next.place,
    'Missing attribute separator',
    'Expected a newline or comma to mark the beginning of the next attribute.',
  );
}

function unterminatedObject(open: Place): HclError {
  return new HclError(
    open,
    'Unterminated object constructor expression',
    'There is no corresponding closing brace before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.',
  );
}

function parseEntry(cursor: Cursor, parse: ParseExpression): ObjectEntry {
  const key = keyOf(parse(cursor));
  const sign = cursor.peek;
  if (!cursor.take('=') && !cursor.take(':')) {
    throw valueMissing(sign);
  }
  return { key, value: parse(cursor) };
}

function valueMissing({ kind, text, place }: Token): HclError {
  if (kind === 'newline' || text === ',') {
    const detail = 'Expected an attribute value, introduced by an equals sign ("=").';
    return new HclError(place, 'Missing attribute value', detail);
  }
  const hint =
    kind === 'name'
      ? ' If you intended to given an attribute name containing periods or spaces, write the name in quotes to create a string literal.'
      : '';
  const detail = `Expected an equals sign ("=") to mark the beginning of the attribute value.${hint}`;
  return new HclError(place, 'Missing key/value separator', detail);
}

/** A bare name is the key itself, not a variable. */
function keyOf(written: Expression): Expression {
  if (written.kind === 'variable') return { kind: 'literal', place: written.place, value: written.name };
  if (written.kind === 'attribute' || written.kind === 'index') {
    throw new HclError(
      written.place,
      'Ambiguous attribute key',
      "If this expression is intended to be a reference, wrap it in parentheses. If it's instead intended as a literal name containing periods, wrap it in quotes to create a string literal.",
    );
  }
  if (written.kind !== 'literal') return written;
  return { ...written, value: written.value === null ? 'null' : String(written.value) };
}

/** The opening is read, `for` comes next. */
function parseLoop(cursor: Cursor, open: Token, parse: ParseExpression): Loop {
  const closing = open.text === '[' ? ']' : '}';
  cursor.next();
  const names = readLoopNames(cursor, 'expression');
  const wrong = (place: Place, detail: string) => new HclError(place, "Invalid 'for' expression", detail);
  const over = parse(cursor);
  const colon = cursor.peek;
  if (!cursor.take(':')) throw wrong(colon.place, 'For expression requires a colon after the collection expression.');
  const first = parse(cursor);
  const isObject = cursor.take('=>') !== undefined;
  if (isObject && closing === ']') throw wrong(first.place, 'Key expression is not valid when building a tuple.');
  if (!isObject && closing === '}') throw wrong(first.place, 'Key expression is required when building an object.');
  const value = isObject ? parse(cursor) : first;
  const dots = cursor.take('...');
  if (dots && !isObject) {
    throw wrong(dots.place, 'Grouping ellipsis (...) cannot be used when building a tuple.');
  }
  const condition = takeName(cursor, 'if') ? parse(cursor) : undefined;
  const close = cursor.peek;
  if (!cursor.take(closing)) throw wrong(close.place, "Extra characters after the end of the 'for' expression.");
  const place = placeBetween(open.place, close.place);
  const key = isObject ? first : undefined;
  return { kind: 'loop', place, ...names, over, key, value, condition, groups: dots !== undefined };
}

function takeName(cursor: Cursor, name: string): boolean {
  if (!cursor.isName(name)) return false;
  cursor.next();
  return true;
}

/** `(…)` behind a name. Throws an HclError. */
export function parseCallArguments(
  cursor: Cursor,
  { text, place }: Pick<Token, 'text' | 'place'>,
  parse: ParseExpression,
): Call {
  const open = cursor.next();
  return cursor.within(false, () => {
    const args: Expression[] = [];
    let expands = false;
    while (!cursor.isSign(')')) {
      args.push(parse(cursor));
      const dots = cursor.take('...');
      expands = dots !== undefined;
      const next = cursor.peek;
      if (cursor.isSign(')')) break;
      if (dots) throw expansionNotLast(dots.place);
      if (!cursor.take(',')) throw argumentSeparatorMissing(next, open.place);
    }
    const close = cursor.next();
    return {
      kind: 'call',
      place: placeBetween(place, close.place),
      name: text,
      namePlace: place,
      openPlace: open.place,
      closePlace: close.place,
      args,
      expands,
    };
  });
}

function expansionNotLast(place: Place): HclError {
  return new HclError(
    place,
    'Missing closing parenthesis',
    'An expanded function argument (with ...) must be immediately followed by closing parentheses.',
  );
}

function argumentSeparatorMissing(next: Token, open: Place): HclError {
  if (next.kind === 'end') {
    return new HclError(
      open,
      'Unterminated function call',
      'There is no closing parenthesis for this function call before the end of the file. This may be caused by incorrect parenthesis nesting elsewhere in this file.',
    );
  }
  return new HclError(
    next.place,
    'Missing argument separator',
    'A comma is required to separate each function argument from the next.',
  );
}
