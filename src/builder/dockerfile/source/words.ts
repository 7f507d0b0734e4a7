// The ways in which the arguments of an instruction are split into words.
import { invalid } from '../../../lib/errors.ts';
import { quoteGo } from '../../../lib/template/quote.ts';
import type { KeyValue } from '../syntax.ts';

const separators = /[\t\v\f\r ]+/;

/** Split at white space alone: quotes mean nothing here. */
export function splitSpaces(text: string): string[] {
  return text === '' ? [] : text.split(separators);
}

/**
 * The strings of a JSON list, or undefined when the text is none and thus a plain line. Throws `invalid` for a list
 * with something else than strings.
 */
export function parseJsonWords(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  if (!value.every(item => typeof item === 'string')) {
    throw invalid('when using JSON array syntax, arrays must be comprised of strings only');
  }
  return value;
}

/** Words at white space outside of quotes. Quotes and escapes stay: expansion removes them. */
export function splitQuoted(text: string, token: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (quote === '' && /\p{White_Space}/u.test(char)) {
      if (word) words.push(word);
      word = undefined;
      continue;
    }
    word ??= '';
    if (char === token && quote !== "'") {
      if (i + 1 < text.length) word += char + text[++i]!; // at the very end it is dropped
      continue;
    }
    if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = '';
    word += char;
  }
  if (word) words.push(word);
  return words;
}

/**
 * `a=1 b="2 3"`, or the legacy `a everything else`, in which case the pair is `bare`. Throws `invalid` for a word
 * without `=`; an empty text has no pairs.
 */
export function parsePairs(text: string, keyword: string, token: string): KeyValue[] {
  const words = splitQuoted(text, token);
  if (words.length === 0) return [];
  if (!words[0]!.includes('=')) {
    const [, key = '', value] = /^([^\t\v\f\r ]*)[\t\v\f\r ]+([\s\S]*)$/.exec(text) ?? [];
    if (value === undefined) throw invalid(`${keyword} must have two arguments`);
    return [{ key, value, bare: true }];
  }
  return words.map(word => {
    const at = word.indexOf('=');
    if (at < 0) {
      throw invalid(`Syntax error - can't find = in ${quoteGo(word)}. Must be of the form: name=value`);
    }
    return { key: word.slice(0, at), value: word.slice(at + 1), bare: false };
  });
}
