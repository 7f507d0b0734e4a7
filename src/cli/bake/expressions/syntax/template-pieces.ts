// The pieces of a template in the order in which they stand: texts, `${…}` and `%{…}`.
import { HclError } from './hcl-error.ts';
import type { Expression } from './nodes.ts';
import type { Place } from './source.ts';
import type { Cursor } from './tokens.ts';

export type ParseExpression = (cursor: Cursor) => Expression;

interface PieceOf<Kind extends string> {
  readonly kind: Kind;
  readonly place: Place;
}

/** `~` at the begin or the end of what is in braces: the blanks there do not count. */
interface Trims {
  readonly before: boolean;
  readonly after: boolean;
}

interface TextPiece extends PieceOf<'text'> {
  readonly text: string;
}

type Directive =
  | (PieceOf<'value'> & { readonly value: Expression })
  | (PieceOf<'if'> & { readonly condition: Expression })
  | (PieceOf<'for'> & {
      readonly keyName: string | undefined;
      readonly valueName: string;
      readonly over: Expression;
    })
  | PieceOf<'else' | 'endif' | 'endfor'>;

export type Piece = TextPiece | (Directive & { readonly trims: Trims });

/** What a template ends with, and how its texts are written. */
export interface TemplateForm {
  /** The length of what ends it here; undefined where it goes on. At the end of the source it is asked, too. */
  readonly endsAt: (cursor: Cursor) => number | undefined;
  /** Backslashes and line ends are those of a quoted text. */
  readonly isQuoted: boolean;
}

/** How a heredoc that begins with this line ends: with its marker on a line of its own. */
export function heredocEnd(opening: string): TemplateForm['endsAt'] {
  const marker = opening.replace(/^<<-?/, '').trim();
  const end = new RegExp(`[ \\t]*${marker}[ \\t]*(?=\\r?\\n|$)`, 'uy');
  return ({ source, at }) => {
    if (source.text[at - 1] !== '\n') return undefined;
    end.lastIndex = at;
    return end.exec(source.text)?.[0].length;
  };
}

/** Reads up to and with what ends it. Throws an HclError. */
export function readPieces(cursor: Cursor, form: TemplateForm, parse: ParseExpression): Piece[] {
  const pieces: Piece[] = [];
  for (;;) {
    const text = readText(cursor, form);
    if (text.text !== '') pieces.push(text);
    const end = form.endsAt(cursor);
    if (end !== undefined) {
      cursor.at += end;
      return pieces;
    }
    const start = cursor.at;
    if (start >= cursor.source.text.length) {
      throw new HclError(
        cursor.place(start),
        'Unterminated template string',
        'No closing marker was found for the string.',
      );
    }
    if (/^[$%]\{/.test(cursor.source.text.slice(start, start + 2))) {
      pieces.push(cursor.within(false, () => readBraces(cursor, start, parse)));
    }
  }
}

/** Up to the next `${`, `%{`, or the end; where lines are not escaped, up to the end of one. */
function readText(cursor: Cursor, form: TemplateForm): TextPiece {
  const { text: source } = cursor.source;
  const start = cursor.at;
  let text = '';
  while (cursor.at < source.length && form.endsAt(cursor) === undefined) {
    if (source.startsWith('$${', cursor.at) || source.startsWith('%%{', cursor.at)) {
      text += source.slice(cursor.at + 1, cursor.at + 3);
      cursor.at += 3;
    } else if (source.startsWith('${', cursor.at) || source.startsWith('%{', cursor.at)) break;
    else if (form.isQuoted) text += readQuotedSign(cursor);
    else text += readLine(cursor);
    if (!form.isQuoted && text.endsWith('\n')) break;
  }
  return { kind: 'text', text, place: cursor.place(start) };
}

/** The rest of a line, or up to a sign that could begin something. */
function readLine(cursor: Cursor): string {
  const { text } = cursor.source;
  const start = cursor.at;
  do cursor.at++;
  while (cursor.at < text.length && text[cursor.at - 1] !== '\n' && !'$%'.includes(text[cursor.at] as string));
  return text.slice(start, cursor.at);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/** One sign of a quoted text. Throws an HclError for a line end, and an escape that is none. */
export function readQuotedSign(cursor: Cursor): string {
  const { text } = cursor.source;
  const start = cursor.at;
  const sign = text[cursor.at++] as string;
  if (sign === '\n') {
    throw new HclError(
      cursor.place(start),
      'Invalid multi-line string',
      'Quoted strings may not be split over multiple lines. To produce a multi-line string, either use the \\n escape to represent a newline character or use the "heredoc" multi-line template syntax.',
    );
  }
  if (sign !== '\\') return sign;
  const escaped = text[cursor.at++] ?? '';
  if (escaped === 'u' || escaped === 'U') return readCode(cursor, start, escaped === 'u' ? 4 : 8);
  const meant = Object.hasOwn(escapes, escaped) ? escapes[escaped] : undefined;
  if (meant !== undefined) return meant;
  const detail = `The symbol ${JSON.stringify(escaped)} is not a valid escape sequence selector.`;
  throw new HclError(cursor.place(start), 'Invalid escape sequence', detail);
}

function readCode(cursor: Cursor, start: number, length: number): string {
  const digits = /^[0-9a-fA-F]*/.exec(cursor.source.text.slice(cursor.at, cursor.at + length))?.[0] ?? '';
  cursor.at += digits.length;
  const code = Number.parseInt(digits, 16);
  if (digits.length === length && code <= 0x10ffff) return String.fromCodePoint(code);
  const sequence = length === 4 ? '\\u' : '\\U';
  const detail = `The ${sequence} escape sequence must be followed by ${length === 4 ? 'four' : 'eight'} hexadecimal digits.`;
  throw new HclError(cursor.place(start), 'Invalid escape sequence', detail);
}

/** `${…}` or `%{…}`. */
function readBraces(cursor: Cursor, start: number, parse: ParseExpression): Piece {
  const isValue = cursor.source.text[start] === '$';
  cursor.at += 2;
  const before = cursor.source.text[cursor.at] === '~';
  if (before) cursor.at++;
  const directive = isValue ? { kind: 'value' as const, value: parse(cursor) } : readDirective(cursor, parse);
  const end = cursor.peek;
  if (!cursor.take('}') && !cursor.take('~}')) throw endMissing(end.place, isValue);
  const trims = { before, after: end.text === '~}' };
  return { ...directive, place: cursor.place(start), trims };
}

function endMissing(place: Place, isValue: boolean): HclError {
  return isValue
    ? new HclError(
        place,
        'Extra characters after interpolation expression',
        'Expected a closing brace to end the interpolation expression, but found extra characters.\n\nThis can happen when you include interpolation syntax for another language, such as shell scripting, but forget to escape the interpolation start token. If this is an embedded sequence for another language, escape it by starting with "$${" instead of just "${".',
      )
    : new HclError(
        place,
        'Extra characters in directive',
        'Expected a closing brace to end the directive, but found extra characters.',
      );
}

type Unplaced<T> = T extends unknown ? Omit<T, 'place'> : never;

function readDirective(cursor: Cursor, parse: ParseExpression): Unplaced<Directive> {
  const keyword = cursor.next();
  switch (keyword.text) {
    case 'if':
      return { kind: 'if', condition: parse(cursor) };
    case 'else':
    case 'endif':
    case 'endfor':
      return { kind: keyword.text };
    case 'for': {
      const names = readLoopNames(cursor, 'directive');
      return { kind: 'for', ...names, over: parse(cursor) };
    }
    default:
      throw new HclError(
        keyword.place,
        'Invalid template control keyword',
        `${JSON.stringify(keyword.text)} is not a valid template control keyword.`,
      );
  }
}

interface LoopNames {
  readonly keyName: string | undefined;
  readonly valueName: string;
}

/** `value in`, `key, value in`. Throws an HclError that calls the loop an `expression` or a `directive`. */
export function readLoopNames(cursor: Cursor, called: 'expression' | 'directive'): LoopNames {
  const subject = called === 'expression' ? 'For expression' : "The 'for' directive";
  const wrong = (place: Place, what: string) =>
    new HclError(place, `Invalid 'for' ${called}`, `${subject} requires ${what}.`);
  const name = (what: string) => {
    const token = cursor.next();
    if (token.kind !== 'name') throw wrong(token.place, what);
    return token.text;
  };
  const first = name("variable name after 'for'");
  const second = cursor.take(',') ? name('value variable name after comma') : undefined;
  const keyword = cursor.next();
  if (keyword.kind !== 'name' || keyword.text !== 'in')
    throw wrong(keyword.place, "the 'in' keyword after its name declarations");
  return second === undefined ? { keyName: undefined, valueName: first } : { keyName: first, valueName: second };
}
