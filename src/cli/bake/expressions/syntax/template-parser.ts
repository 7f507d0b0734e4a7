// Templates: texts with values, conditions and loops in them.
import { HclError } from './hcl-error.ts';
import type { Expression } from './nodes.ts';
import { describePlace, type Place, placeBetween } from './source.ts';
import { heredocEnd, type ParseExpression, type Piece, readPieces, type TemplateForm } from './template-pieces.ts';
import { type Cursor, depthLimit, tooDeepAt } from './tokens.ts';

/** A quoted text; the quote comes next. Throws an HclError. */
export function parseQuoted(cursor: Cursor, parse: ParseExpression): Expression {
  const open = cursor.next();
  const endsAt = ({ source, at }: Cursor) => (source.text[at] === '"' ? 1 : undefined);
  const pieces = readPieces(cursor, { endsAt, isQuoted: true }, parse);
  return assemble(trimmed(pieces), cursor.place(open.place.start), 1);
}

/** A text with lines of its own, `<<END` or `<<-END`, which comes next. Throws an HclError. */
export function parseHeredoc(cursor: Cursor, parse: ParseExpression): Expression {
  const { text: opening, place } = cursor.next();
  const pieces = readPieces(cursor, { endsAt: heredocEnd(opening), isQuoted: false }, parse);
  const isFlush = opening.startsWith('<<-');
  const shown = trimmed(pieces);
  return assemble(isFlush ? withoutIndentation(shown) : shown, cursor.place(place.start), 0);
}

/** The whole of a source without quotes, as texts in JSON are. Throws an HclError. */
export function parseWhole(cursor: Cursor, parse: ParseExpression): Expression {
  const whole: TemplateForm = {
    endsAt: ({ source, at }) => (at >= source.text.length ? 0 : undefined),
    isQuoted: false,
  };
  return assemble(trimmed(readPieces(cursor, whole, parse)), cursor.place(0), 0);
}

/** `closing`: the length of what ends the template at the end of its place. */
function assemble(pieces: readonly Piece[], place: Place, closing: number): Expression {
  const [only, ...others] = pieces;
  if (only?.kind === 'value' && others.length === 0) return { kind: 'wrapped', place, inner: only.value };
  const end = { ...place, start: place.end - closing };
  return { kind: 'template', place, parts: new Assembly(pieces, end).all() };
}

/** Conditions and loops with what is inside of them. */
class Assembly {
  readonly #pieces: readonly Piece[];
  readonly #end: Place;
  #at = 0;
  #depth = 0;

  constructor(pieces: readonly Piece[], end: Place) {
    this.#pieces = pieces;
    this.#end = end;
  }

  all(): readonly Expression[] {
    const parts = this.#parts();
    const left = this.#pieces[this.#at];
    if (!left) return parts;
    throw new HclError(
      left.place,
      `Unexpected ${left.kind} directive`,
      'The control directives within this template are unbalanced.',
    );
  }

  /** Up to a piece that ends or divides a condition or a loop. */
  #parts(): Expression[] {
    const parts: Expression[] = [];
    for (let piece = this.#pieces[this.#at]; piece; piece = this.#pieces[this.#at]) {
      if (piece.kind === 'else' || piece.kind === 'endif' || piece.kind === 'endfor') return parts;
      this.#at++;
      parts.push(this.#part(piece));
    }
    return parts;
  }

  #part(piece: Piece): Expression {
    switch (piece.kind) {
      case 'text':
        return { kind: 'literal', place: piece.place, value: piece.text };
      case 'value':
        return piece.value;
      case 'if':
        return this.#condition(piece, piece.condition);
      case 'for': {
        const value = this.#inside(piece);
        const end = this.#expect(piece, 'endfor');
        const { keyName, valueName, over } = piece;
        const rest = { key: undefined, condition: undefined, groups: false };
        const place = placeBetween(piece.place, end);
        return {
          kind: 'repeated',
          place,
          loop: { kind: 'loop', place, keyName, valueName, over, value, ...rest },
        };
      }
      default:
        throw new Error(`${piece.kind} begins nothing`);
    }
  }

  #condition(begin: Piece, condition: Expression): Expression {
    const then = this.#inside(begin);
    const hasElse = this.#pieces[this.#at]?.kind === 'else';
    if (hasElse) this.#at++;
    const otherwise: Expression = hasElse ? this.#inside(begin) : { kind: 'literal', place: begin.place, value: '' };
    const end = this.#expect(begin, 'endif');
    return { kind: 'condition', place: placeBetween(begin.place, end), condition, then, otherwise };
  }

  #inside(begin: Piece): Expression {
    if (++this.#depth > depthLimit) throw tooDeepAt(begin.place);
    const parts = this.#parts();
    this.#depth--;
    return { kind: 'template', place: begin.place, parts };
  }

  #expect(begin: Piece, kind: 'endif' | 'endfor'): Place {
    const piece = this.#pieces[this.#at];
    if (piece?.kind === kind) {
      this.#at++;
      return piece.place;
    }
    const began = describePlace(begin.place);
    if (!piece) {
      throw new HclError(
        this.#end,
        'Unexpected end of template',
        `The ${begin.kind} directive at ${began} is missing its corresponding ${kind} directive.`,
      );
    }
    throw new HclError(
      piece.place,
      `Unexpected ${piece.kind} directive`,
      `Expecting an ${kind} directive corresponding to the ${begin.kind} directive at ${began}.`,
    );
  }
}

/** Without the blanks that a `~` beside them does away with: those of one line, with its end. */
function trimmed(pieces: readonly Piece[]): Piece[] {
  return pieces.map((piece, at) => {
    if (piece.kind !== 'text') return piece;
    const [before, after] = [pieces[at - 1], pieces[at + 1]];
    let { text } = piece;
    if (before && before.kind !== 'text' && before.trims.after) text = text.trimStart();
    if (after && after.kind !== 'text' && after.trims.before) text = text.trimEnd();
    return { ...piece, text };
  });
}

/** Without the blanks that all lines begin with; lines of nothing but blanks do not count, and stay. */
function withoutIndentation(pieces: readonly Piece[]): Piece[] {
  let beginsLine = true;
  const widths = pieces.map(piece => {
    const begins = beginsLine;
    beginsLine = piece.kind === 'text' && piece.text.endsWith('\n');
    if (!begins) return undefined;
    if (piece.kind !== 'text') return 0;
    return /^\s*\n$/.test(piece.text) ? undefined : (/^\s*/.exec(piece.text)?.[0].length ?? 0);
  });
  const width = Math.min(...widths.filter(one => one !== undefined));
  return pieces.map((piece, at) =>
    piece.kind === 'text' && widths[at] !== undefined ? { ...piece, text: piece.text.slice(width) } : piece,
  );
}
