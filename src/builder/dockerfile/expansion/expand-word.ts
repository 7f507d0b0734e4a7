// Quotes, escapes and variables of one word, by the rules of BuildKit's shell lexer rather than a real shell's.
import { BerthError, invalid } from '../../../lib/errors.ts';
import { quoteGo } from '../../../lib/template/quote.ts';
import { replacePattern, trimPrefix, trimSuffix } from './shell-pattern.ts';

interface ExpandOptions {
  readonly escape: '\\' | '`';
  /** Keep quotes in the result. */
  readonly rawQuotes?: boolean;
  /** Keep escapes in the result. */
  readonly rawEscapes?: boolean;
  /** Quotes are characters like others (the contents of here-documents). */
  readonly skipQuotes?: boolean;
  /** A variable which is not set stays as it is written. */
  readonly skipUnset?: boolean;
}

export interface Expansion {
  readonly word: string;
  /** The result split at white space outside of quotes. */
  readonly words: readonly string[];
  readonly matched: ReadonlySet<string>;
  /** Names that were used but not set. */
  readonly unmatched: ReadonlySet<string>;
}

/** Variables by name. */
export type Variables = ReadonlyMap<string, string>;

/**
 * Expands `source`. Throws `invalid`: `failed to process "…": ` and a missing quote or brace, a bad substitution, or
 * the message of `${x:?message}`.
 */
export function expandWord(source: string, variables: Variables, options: ExpandOptions): Expansion {
  const lexer = new WordLexer(source, variables, options);
  try {
    const { word, words } = lexer.run();
    return { word, words, matched: lexer.matched, unmatched: lexer.unmatched };
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    throw invalid(`failed to process ${quoteGo(source)}: ${error.message}`, error);
  }
}

/** White space as Go's `unicode.IsSpace` has it. */
const space = /\p{White_Space}/u;
const nameStart = /[\p{L}_]/u;
const nameChar = /[\p{L}\p{Nd}_]/u;
const digit = /\p{Nd}/u;
const specialParameters = '@*#?-$!0';

/** A result as a whole and, at the same time, as words. */
class Words {
  word = '';
  words: string[] = [];
  #current = '';
  #inWord = false;

  /** Text outside of quotes: white space ends a word. */
  add(text: string): void {
    this.word += text;
    for (const char of text) {
      if (!space.test(char)) {
        this.#current += char;
        this.#inWord = true;
      } else if (this.#inWord) this.#end();
    }
  }

  /** Text which white space does not split. */
  addRaw(text: string): void {
    this.word += text;
    this.#current += text;
    this.#inWord = true;
  }

  finish(): this {
    this.#end();
    return this;
  }

  #end(): void {
    if (this.#current === '') return;
    this.words.push(this.#current);
    this.#current = '';
    this.#inWord = false;
  }
}

class WordLexer {
  readonly matched = new Set<string>();
  readonly unmatched = new Set<string>();
  readonly #source: string;
  readonly #variables: Variables;
  readonly #options: ExpandOptions;
  #at = 0;
  #rawEscapes: boolean;

  constructor(source: string, variables: Variables, options: ExpandOptions) {
    this.#source = source;
    this.#variables = variables;
    this.#options = options;
    this.#rawEscapes = options.rawEscapes ?? false;
  }

  run(): Words {
    return this.#until(undefined, this.#rawEscapes);
  }

  get #next(): string | undefined {
    return this.#source[this.#at];
  }

  #take(): string | undefined {
    return this.#source[this.#at++];
  }

  /** Text up to `stop`, which is consumed, or up to the end. */
  #until(stop: string | undefined, rawEscapes: boolean): Words {
    const outer = this.#rawEscapes;
    this.#rawEscapes = rawEscapes;
    try {
      return this.#text(stop);
    } finally {
      this.#rawEscapes = outer;
    }
  }

  #text(stop: string | undefined): Words {
    const result = new Words();
    const { escape: token, skipQuotes } = this.#options;
    for (let char = this.#next; char !== undefined; char = this.#next) {
      if (char === stop) {
        this.#at++;
        return result.finish();
      }
      if (char === '$') result.add(this.#dollar());
      else if (char === "'" && !skipQuotes) result.addRaw(this.#singleQuoted());
      else if (char === '"' && !skipQuotes) result.addRaw(this.#doubleQuoted());
      else if (char === token) this.#escaped(result);
      else {
        this.#at++;
        result.add(char);
      }
    }
    if (stop !== undefined) throw invalid(`unexpected end of statement while looking for matching ${stop}`);
    return result.finish();
  }

  #escaped(result: Words): void {
    const token = this.#take()!;
    if (this.#rawEscapes) result.addRaw(token);
    const char = this.#next === undefined ? undefined : this.#take();
    if (char !== undefined) result.addRaw(char);
  }

  #singleQuoted(): string {
    const end = this.#source.indexOf("'", this.#at + 1);
    if (end < 0) {
      this.#at = this.#source.length;
      throw invalid('unexpected end of statement while looking for matching single-quote');
    }
    const inner = this.#source.slice(this.#at + 1, end);
    this.#at = end + 1;
    return this.#options.rawQuotes ? `'${inner}'` : inner;
  }

  #doubleQuoted(): string {
    const { escape: token, rawQuotes } = this.#options;
    const quote = rawQuotes ? '"' : '';
    let result = quote;
    this.#at++;
    for (let char = this.#next; char !== undefined; char = this.#next) {
      if (char === '$') {
        result += this.#dollar();
        continue;
      }
      this.#at++;
      if (char === '"') return result + quote;
      if (char !== token) {
        result += char;
        continue;
      }
      if (this.#rawEscapes) result += char;
      const escaped = this.#next;
      if (escaped === undefined) continue;
      const special = escaped === '"' || escaped === '$' || escaped === token;
      if (special) this.#at++;
      result += special ? escaped : char;
    }
    throw invalid('unexpected end of statement while looking for matching double-quote');
  }

  #dollar(): string {
    this.#at++;
    if (this.#next !== '{') {
      const name = this.#name();
      if (name === '') return '$';
      const value = this.#lookUp(name);
      return value === undefined && this.#options.skipUnset ? `$${name}` : (value ?? '');
    }
    this.#at++;
    const first = this.#next;
    if (first === undefined) throw invalid("syntax error: missing '}'");
    if (first === '{' || first === '}' || first === ':') throw invalid('syntax error: bad substitution');
    return this.#braced(this.#name());
  }

  /** `${name` was read; what follows is `}` or an operator with its word. */
  #braced(name: string): string {
    const operator = this.#take() ?? '\ufffd';
    switch (operator) {
      case '}': {
        const value = this.#lookUp(name);
        return value === undefined && this.#options.skipUnset ? `\${${name}}` : (value ?? '');
      }
      case ':':
        return this.#modified(name, this.#take() ?? '\ufffd', true);
      case '+':
      case '-':
      case '?':
      case '#':
      case '%':
        return this.#modified(name, operator, false);
      case '/':
        return this.#replaced(name);
      default:
        throw invalid(`unsupported modifier (${operator}) in substitution`);
    }
  }

  /** The word of an operator, up to its closing character. */
  #operand(stop: string, raw: boolean, missing: string): string {
    try {
      return this.#until(stop, raw).word;
    } catch (error) {
      throw this.#next === undefined && error instanceof BerthError ? invalid(`syntax error: ${missing}`) : error;
    }
  }

  #modified(name: string, operator: string, emptyIsUnset: boolean): string {
    const written = `${emptyIsUnset ? ':' : ''}${operator}`;
    const isPattern = operator === '#' || operator === '%';
    const word = this.#operand('}', isPattern, "missing '}'");
    const value = this.#lookUp(name);
    if (value === undefined && this.#options.skipUnset) return `\${${name}${written}${word}}`;
    const has = value !== undefined && !(emptyIsUnset && value === '');
    switch (operator) {
      case '-':
        return has ? value : word;
      case '+':
        return has ? word : '';
      case '?':
        if (has) return value;
        throw invalid(`${name}: ${word || `is not allowed to be ${value === undefined ? 'unset' : 'empty'}`}`);
      case '#':
      case '%': {
        const greedy = word.startsWith(operator);
        const trim = operator === '#' ? trimPrefix : trimSuffix;
        return trim(greedy ? word.slice(1) : word, value ?? '', greedy);
      }
      default:
        throw invalid(`unsupported modifier (${written}) in substitution`);
    }
  }

  #replaced(name: string): string {
    const all = this.#next === '/';
    if (all) this.#at++;
    const pattern = this.#operand('/', true, `missing '/' in \${}`);
    const replacement = this.#operand('}', true, "missing '}'");
    const value = this.#lookUp(name);
    if (value === undefined && this.#options.skipUnset) return `\${${name}/${pattern}/${replacement}}`;
    return replacePattern(pattern, value ?? '', replacement, all);
  }

  /** A name, a number or one of the shell's special parameters; empty when there is none. */
  #name(): string {
    const start = this.#at;
    const first = this.#next;
    if (first === undefined) return '';
    if (digit.test(first)) while (this.#next !== undefined && digit.test(this.#next)) this.#at++;
    else if (specialParameters.includes(first)) this.#at++;
    else if (nameStart.test(first)) while (this.#next !== undefined && nameChar.test(this.#next)) this.#at++;
    return this.#source.slice(start, this.#at);
  }

  #lookUp(name: string): string | undefined {
    const value = this.#variables.get(name);
    (value === undefined ? this.unmatched : this.matched).add(name);
    return value;
  }
}
