// Words as Dockerfile instructions read them: quotes, backslashes and `$NAME`, `${NAME:-default}`, `${NAME:+other}`.
import { errorMessage, invalid } from '../../lib/errors.ts';

type Variables = ReadonlyMap<string, string>;

/** The text as one word: quotes removed, variables replaced, white space kept. Throws `invalid` for an open quote. */
export function expandWord(text: string, variables: Variables): string {
  return expand(text, variables, false)[0] ?? '';
}

/** The text cut at white space outside quotes, each part expanded. */
export function expandWords(text: string, variables: Variables): string[] {
  return expand(text, variables, true);
}

/** Cuts at white space outside quotes and changes nothing else: `a="b c" d` → `a="b c"`, `d`. */
export function splitWords(text: string): string[] {
  return text.match(/(?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s])+/gs) ?? [];
}

function expand(text: string, variables: Variables, split: boolean): string[] {
  try {
    return new Words(text, variables).all(split);
  } catch (error) {
    throw invalid(`failed to process ${JSON.stringify(text)}: ${errorMessage(error)}`, error);
  }
}

class Words {
  readonly #text: string;
  readonly #variables: Variables;
  #at = 0;
  #words: string[] = [];
  #word: string | undefined;

  constructor(text: string, variables: Variables) {
    this.#text = text;
    this.#variables = variables;
  }

  all(split: boolean): string[] {
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at++] as string;
      if (split && /\s/.test(character)) this.#endWord();
      else if (character === "'") this.#append(this.#until("'"));
      else if (character === '"') this.#doubleQuoted();
      else if (character === '\\') this.#append(this.#text[this.#at++] ?? '');
      else if (character === '$') this.#append(this.#variable());
      else this.#append(character);
    }
    this.#endWord();
    return this.#words;
  }

  #append(text: string): void {
    this.#word = (this.#word ?? '') + text;
  }

  #endWord(): void {
    if (this.#word !== undefined) this.#words.push(this.#word);
    this.#word = undefined;
  }

  #until(end: string): string {
    const close = this.#text.indexOf(end, this.#at);
    if (close === -1) throw invalid('unexpected end of statement while looking for matching single-quote');
    const inner = this.#text.slice(this.#at, close);
    this.#at = close + 1;
    return inner;
  }

  #doubleQuoted(): void {
    this.#append('');
    for (;;) {
      const character = this.#text[this.#at++];
      if (character === undefined) throw invalid('unexpected end of statement while looking for matching double-quote');
      if (character === '"') return;
      if (character === '$') this.#append(this.#variable());
      else if (character !== '\\') this.#append(character);
      else {
        const next = this.#text[this.#at++] ?? '';
        this.#append(next === '"' || next === '$' || next === '\\' ? next : `\\${next}`);
      }
    }
  }

  #variable(): string {
    const rest = this.#text.slice(this.#at);
    const plain = /^(?:[A-Za-z_]\w*|\d|[@*#])/.exec(rest)?.[0];
    if (plain !== undefined) {
      this.#at += plain.length;
      return this.#variables.get(plain) ?? '';
    }
    if (!rest.startsWith('{')) return '$';
    const match = /^\{([A-Za-z_]\w*)(?:(:?[-+?])((?:[^{}]|\$\{[^{}]*\})*))?\}/.exec(rest);
    if (!match) throw invalid('syntax error: bad substitution');
    this.#at += match[0].length;
    const [, name = '', operator, word = ''] = match;
    return this.#substitute(name, operator, word);
  }

  #substitute(name: string, operator: string | undefined, word: string): string {
    const value = this.#variables.get(name);
    const isSet = operator?.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
    switch (operator?.at(-1)) {
      case '-':
        return isSet ? (value as string) : expandWord(word, this.#variables);
      case '+':
        return isSet ? expandWord(word, this.#variables) : '';
      case '?':
        if (!isSet) throw invalid(`${name}: ${word || 'not allowed to be unset'}`);
        return value as string;
      default:
        return value ?? '';
    }
  }
}
