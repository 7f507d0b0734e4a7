// HCL's words and signs, read one at a time: what a quote begins is for the template's reader.
import { HclError } from './hcl-error.ts';
import type { Place, Source } from './source.ts';

/** A `quote` is only the sign itself, a `heredoc` its whole first line. */
export interface Token {
  readonly kind: 'name' | 'number' | 'quote' | 'heredoc' | 'sign' | 'newline' | 'end';
  readonly text: string;
  readonly place: Place;
}

const signs = ['...', '=>', '==', '!=', '<=', '>=', '&&', '||', '~}', '(', ')', '{', '}', '[', ']', ',', '.', ':', '?'];
const oneSign = /[!<>+\-*/%=]/y;
const blank = /(?:[ \t\r]|\/\*[\s\S]*?\*\/)+/y;
/** Up to the newline, which counts by itself. */
const comment = /(?:#|\/\/)[^\n]*/y;
const name = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy;
const number = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const heredoc = /<<-?[\p{ID_Start}_][\p{ID_Continue}-]*\r?\n/uy;

/** How deep expressions and blocks may lie in each other: what is written by people does not come near. */
export const depthLimit = 200;

/** Where reading has come to in a source. */
export class Cursor {
  readonly source: Source;
  at: number;
  /** Whether line ends have a meaning here. */
  #newlines: boolean;
  #depth = 0;
  /** What came next when it was last asked for: it is asked for several times. */
  #peeked: { readonly token: Token; readonly newlines: boolean } | undefined;

  constructor(source: Source, options: { at?: number; newlines?: boolean } = {}) {
    this.source = source;
    this.at = options.at ?? 0;
    this.#newlines = options.newlines ?? true;
  }

  /** What comes next, and is not read yet. Throws an HclError for a sign that HCL does not have. */
  get peek(): Token {
    const known = this.#peeked;
    if (known && known.newlines === this.#newlines && known.token.place.start === this.at) return known.token;
    this.at = this.#skip(this.at);
    const token = this.#tokenAt(this.at);
    this.#peeked = { token, newlines: this.#newlines };
    return token;
  }

  /** Reads what comes next. */
  next(): Token {
    const token = this.peek;
    this.at = token.place.end;
    return token;
  }

  isSign(text: string): boolean {
    const token = this.peek;
    return token.kind === 'sign' && token.text === text;
  }

  isName(text: string): boolean {
    const token = this.peek;
    return token.kind === 'name' && token.text === text;
  }

  /** Reads this sign if it is the next one. */
  take(sign: string): Token | undefined {
    return this.isSign(sign) ? this.next() : undefined;
  }

  place(start: number, end = this.at): Place {
    return { source: this.source, start, end };
  }

  /** Line ends count or not until `work` is done. */
  within<T>(newlines: boolean, work: () => T): T {
    const before = this.#newlines;
    this.#newlines = newlines;
    try {
      return work();
    } finally {
      this.#newlines = before;
    }
  }

  /** Throws an HclError where this is too deep to be meant. */
  deeper<T>(work: () => T): T {
    if (this.#depth >= depthLimit) throw tooDeepAt(this.place(this.at, this.at));
    this.#depth++;
    try {
      return work();
    } finally {
      this.#depth--;
    }
  }

  #skip(from: number): number {
    const { text } = this.source;
    for (let at = from; ; ) {
      const skipped = matchAt(blank, text, at) ?? matchAt(comment, text, at);
      if (skipped !== undefined) at += skipped.length;
      else if (!this.#newlines && text[at] === '\n') at++;
      else return at;
    }
  }

  #tokenAt(at: number): Token {
    const { text } = this.source;
    const token = (kind: Token['kind'], of: string): Token => ({
      kind,
      text: of,
      place: this.place(at, at + of.length),
    });
    if (at >= text.length) return token('end', '');
    if (text[at] === '\n') return token('newline', '\n');
    if (text[at] === '"') return token('quote', '"');
    const document = matchAt(heredoc, text, at);
    if (document !== undefined) return token('heredoc', document);
    const word = matchAt(name, text, at);
    if (word !== undefined) return token('name', word);
    const digits = matchAt(number, text, at);
    if (digits !== undefined) return token('number', digits);
    const sign = signs.find(one => text.startsWith(one, at)) ?? matchAt(oneSign, text, at);
    if (sign !== undefined) return token('sign', sign);
    throw unknownSign(this.place(at, at + String.fromCodePoint(text.codePointAt(at) ?? 0).length));
  }
}

export function tooDeepAt(place: Place): HclError {
  return new HclError(place, 'Nesting too deep', `More than ${depthLimit} levels are not understood.`);
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function unknownSign(place: Place): HclError {
  const sign = place.source.text.slice(place.start, place.end);
  const bitwise = { '&': ['AND', '&&'], '|': ['OR', '||'], '^': undefined, '~': ['NOT', '!'] }[sign];
  if (bitwise || sign === '^') {
    const meant = bitwise ? ` Did you mean boolean ${bitwise[0]} ("${bitwise[1]}")?` : '';
    return new HclError(place, 'Unsupported operator', `Bitwise operators are not supported.${meant}`);
  }
  const detail =
    {
      "'": 'Single quotes are not valid. Use double quotes (") to enclose strings.',
      '`': 'The "`" character is not valid. To create a multi-line string, use the "heredoc" syntax, like "<<EOT".',
      ';': 'The ";" character is not valid. Use newlines to separate arguments and blocks, and commas to separate items in collection values.',
    }[sign] ?? 'This character is not used within the language.';
  return new HclError(place, 'Invalid character', detail);
}
