// Files in HCL's native syntax: attributes and blocks.
import { checkSigns } from './check-signs.ts';
import { parseAttributeValue } from './expression-parser.ts';
import { HclError } from './hcl-error.ts';
import type { Expression } from './nodes.ts';
import { describePlace, type Place, placeBetween, type Source } from './source.ts';
import { readQuotedSign } from './template-pieces.ts';
import { Cursor, type Token } from './tokens.ts';

/** `name = value`. */
interface Attribute {
  readonly name: string;
  readonly namePlace: Place;
  readonly value: Expression;
}

interface Label {
  readonly text: string;
  readonly place: Place;
}

/** `type "label" { … }`. */
export interface Block {
  readonly type: string;
  readonly labels: readonly Label[];
  /** The brace it begins with. */
  readonly open: Place;
  /** Where its body begins, which has no length: the brace, or an attribute on the same line. */
  readonly start: Place;
  readonly body: Body;
}

export interface Body {
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly blocks: readonly Block[];
}

/** Throws an HclError for the first thing that is wrong. */
export function parseFile(source: Source): Body {
  checkSigns(source);
  // What some editors begin a file with.
  return parseBody(new Cursor(source, { at: source.text.startsWith('\ufeff') ? 1 : 0 }), undefined);
}

class Content {
  readonly attributes = new Map<string, Attribute>();
  readonly blocks: Block[] = [];

  add(item: Attribute | Block): void {
    if (!('namePlace' in item)) {
      this.blocks.push(item);
      return;
    }
    const before = this.attributes.get(item.name);
    if (before) {
      const { name, namePlace } = item;
      const detail = `The argument ${JSON.stringify(name)} was already set at ${describePlace(before.namePlace)}. Each argument may be set only once.`;
      throw new HclError(namePlace, 'Attribute redefined', detail);
    }
    this.attributes.set(item.name, item);
  }
}

/** `open`: the brace before it, undefined for a file. */
function parseBody(cursor: Cursor, open: Place | undefined): Body {
  const content = new Content();
  for (;;) {
    const token = cursor.peek;
    if (open ? cursor.take('}') : token.kind === 'end') return content;
    if (token.kind === 'newline') cursor.next();
    else if (token.kind === 'name') content.add(parseItem(cursor));
    else throw notAnItem(token, open);
  }
}

function notAnItem(token: Token, open: Place | undefined): HclError {
  if (token.kind === 'quote')
    return new HclError(token.place, 'Invalid argument name', 'Argument names must not be quoted.');
  if (token.kind === 'end' && open) return unclosed(open);
  return itemRequired(token.place);
}

function itemRequired(place: Place): HclError {
  const detail = 'An argument or block definition is required here.';
  return new HclError(place, 'Argument or block definition required', detail);
}

function unclosed(open: Place): HclError {
  return new HclError(
    open,
    'Unclosed configuration block',
    'There is no closing brace for this block before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.',
  );
}

function parseItem(cursor: Cursor): Attribute | Block {
  const name = cursor.next();
  if (cursor.take('=')) {
    const attribute = { name: name.text, namePlace: name.place, value: parseAttributeValue(cursor) };
    expectLineEnd(cursor);
    return attribute;
  }
  if (!beginsBlock(cursor)) throw equalsMissing(name);
  return parseBlock(cursor, name);
}

function beginsBlock(cursor: Cursor): boolean {
  const { kind } = cursor.peek;
  return kind === 'name' || kind === 'quote' || cursor.isSign('{');
}

function equalsMissing({ place }: Token): HclError {
  return new HclError(
    place,
    'Argument or block definition required',
    'An argument or block definition is required here. To set an argument, use the equals sign "=" to introduce the argument value.',
  );
}

function expectLineEnd(cursor: Cursor): void {
  const token = cursor.peek;
  if (token.kind === 'newline' || token.kind === 'end') return;
  const isComma = cursor.isSign(',');
  throw new HclError(
    token.place,
    isComma ? 'Unexpected comma after argument' : 'Missing newline after argument',
    `${isComma ? 'Argument definitions must be separated by newlines, not commas. ' : ''}An argument definition must end with a newline.`,
  );
}

function parseBlock(cursor: Cursor, type: Token): Block {
  const labels: Label[] = [];
  let open: Token | undefined;
  while (!open) {
    const token = cursor.peek;
    if (token.kind === 'name') labels.push(cursor.next());
    else if (token.kind === 'quote') labels.push(parseLabel(cursor));
    else open = cursor.take('{') ?? noBlock(token);
  }
  const { place } = open;
  const first = cursor.peek;
  const begin = first.kind === 'name' ? first.place.start : place.start;
  const body = cursor.deeper(() => parseBlockBody(cursor, place));
  const end = cursor.peek;
  if (end.kind !== 'newline' && end.kind !== 'end') {
    throw new HclError(
      end.place,
      'Missing newline after block definition',
      'A block definition must end with a newline.',
    );
  }
  return { type: type.text, labels, open: place, start: cursor.place(begin, begin), body };
}

function noBlock(token: Token): never {
  const detail =
    {
      '=': 'The equals sign "=" indicates an argument definition, and must not be used when defining a block.',
      '\n': 'A block definition must have block content delimited by "{" and "}", starting on the same line as the block header.',
    }[token.text] ?? 'Either a quoted string block label or an opening brace ("{") is expected here.';
  throw new HclError(token.place, 'Invalid block definition', detail);
}

function parseLabel(cursor: Cursor): Label {
  const start = cursor.next().place.start;
  const { text: source } = cursor.source;
  let text = '';
  while (source[cursor.at] !== '"') {
    if (cursor.at >= source.length) throw unterminatedLabel(cursor.place(cursor.at));
    const two = source.slice(cursor.at, cursor.at + 2);
    if (two === '${' || two === '%{') throw templateInLabel(cursor.place(cursor.at, cursor.at + 2), two);
    text += readQuotedSign(cursor);
  }
  cursor.at++;
  return { text, place: cursor.place(start) };
}

function unterminatedLabel(place: Place): HclError {
  return new HclError(place, 'Unterminated template string', 'No closing marker was found for the string.');
}

function templateInLabel(place: Place, sign: string): HclError {
  const mark = sign[0];
  const detail = `Template sequences are not allowed in this string. To include a literal "${mark}", double it (as "${mark}${mark}") to escape it.`;
  return new HclError(place, 'Invalid string literal', detail);
}

/** What is in the braces: lines, or one attribute on the same line. */
function parseBlockBody(cursor: Cursor, open: Place): Body {
  const { kind, place } = cursor.peek;
  if (kind === 'newline' || kind === 'end' || cursor.isSign('}')) return parseBody(cursor, open);
  if (kind !== 'name') throw itemRequired(place);
  const content = new Content();
  const name = cursor.next();
  if (!cursor.take('=')) throw beginsBlock(cursor) ? argumentRequired(name, cursor.peek) : equalsMissing(name);
  content.add({ name: name.text, namePlace: name.place, value: parseAttributeValue(cursor) });
  const end = cursor.peek;
  if (cursor.take('}')) return content;
  if (end.kind === 'end') throw unclosed(open);
  const detail =
    {
      ',': 'Single-line block syntax can include only one argument definition. To define multiple arguments, use the multi-line block syntax with one argument definition per line.',
      '\n': "An argument definition on the same line as its containing block creates a single-line block definition, which must also be closed on the same line. Place the block's closing brace immediately after the argument definition.",
    }[end.text] ??
    'A single-line block definition must end with a closing brace immediately after its single argument definition.';
  throw new HclError(end.place, 'Invalid single-argument block definition', detail);
}

function argumentRequired(name: Token, next: Token): HclError {
  const detail = `A single-line block definition can contain only a single argument. If you meant to define argument ${JSON.stringify(name.text)}, use an equals sign to assign it a value. To define a nested block, place it on a line of its own within its parent block.`;
  return new HclError(placeBetween(name.place, next.place), 'Argument definition required', detail);
}
