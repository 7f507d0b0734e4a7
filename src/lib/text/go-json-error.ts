// Says what is wrong with a JSON text, in the words of Go's encoding/json that Docker's users know.

const whitespace = /[ \t\r\n]*/y;
const stringEnd = /["\\\x00-\x1f]/g;

class SyntaxProblem extends Error {}

/** The message for a text that JSON.parse refuses. */
export function describeJsonError(text: string): string {
  try {
    const scanner = new Scanner(text);
    scanner.value();
    scanner.skipSpace();
    return scanner.atEnd ? 'invalid JSON' : 'unexpected content after JSON';
  } catch (error) {
    if (error instanceof SyntaxProblem) return error.message;
    throw error;
  }
}

/** Walks a JSON text and throws a SyntaxProblem at the first mistake. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  skipSpace(): void {
    whitespace.lastIndex = this.#at;
    whitespace.exec(this.#text);
    this.#at = whitespace.lastIndex;
  }

  value(): void {
    this.skipSpace();
    const next = this.#text[this.#at];
    if (next === '{') this.#object();
    else if (next === '[') this.#array();
    else if (next === '"') this.#string();
    else if (next === 't') this.#literal('true');
    else if (next === 'f') this.#literal('false');
    else if (next === 'n') this.#literal('null');
    else if (next === '-' || (next !== undefined && next >= '0' && next <= '9')) this.#number();
    else this.#fail('looking for beginning of value');
  }

  #object(): void {
    this.#at++;
    this.skipSpace();
    if (this.#take('}')) return;
    for (;;) {
      this.skipSpace();
      if (this.#text[this.#at] !== '"') this.#fail('looking for beginning of object key string');
      this.#string();
      this.skipSpace();
      if (!this.#take(':')) this.#fail('after object key');
      this.value();
      this.skipSpace();
      if (this.#take('}')) return;
      if (!this.#take(',')) this.#fail('after object key:value pair');
    }
  }

  #array(): void {
    this.#at++;
    this.skipSpace();
    if (this.#take(']')) return;
    for (;;) {
      this.value();
      this.skipSpace();
      if (this.#take(']')) return;
      if (!this.#take(',')) this.#fail('after array element');
    }
  }

  #string(): void {
    this.#at++;
    for (;;) {
      stringEnd.lastIndex = this.#at;
      const match = stringEnd.exec(this.#text);
      this.#at = match ? match.index : this.#text.length;
      if (this.#take('"')) return;
      if (this.#take('\\')) this.#escape();
      else this.#fail('in string literal');
    }
  }

  #escape(): void {
    if (!this.#take('u')) {
      if (!/["\\/bfnrt]/.test(this.#text[this.#at] ?? '')) this.#fail('in string escape code');
      this.#at++;
      return;
    }
    for (let digit = 0; digit < 4; digit++, this.#at++) {
      if (!/[0-9a-fA-F]/.test(this.#text[this.#at] ?? '')) this.#fail('in \\u hexadecimal character escape');
    }
  }

  #literal(word: string): void {
    for (const [index, letter] of [...word].entries()) {
      if (index > 0 && this.#text[this.#at] !== letter) this.#fail(`in literal ${word} (expecting '${letter}')`);
      this.#at++;
    }
  }

  #number(): void {
    if (this.#take('-')) this.#digits('in numeric literal', true);
    else this.#digits('in numeric literal', true);
    if (this.#take('.')) this.#digits('after decimal point in numeric literal', false);
    if (this.#take('e') || this.#take('E')) {
      if (!this.#take('+')) this.#take('-');
      this.#digits('in exponent of numeric literal', false);
    }
  }

  #digits(context: string, integer: boolean): void {
    if (integer && this.#take('0')) return;
    const start = this.#at;
    while (/[0-9]/.test(this.#text[this.#at] ?? '')) this.#at++;
    if (this.#at === start) this.#fail(context);
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #fail(context: string): never {
    if (this.atEnd) throw new SyntaxProblem('unexpected EOF');
    const character = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
    throw new SyntaxProblem(`invalid character ${quote(character)} ${context}`);
  }
}

/** A character as Go quotes it. */
function quote(character: string): string {
  if (character === "'") return "'\\''";
  if (character === '"') return `'"'`;
  if (character < ' ' || character === '\\') return `'${JSON.stringify(character).slice(1, -1)}'`;
  return `'${character}'`;
}
