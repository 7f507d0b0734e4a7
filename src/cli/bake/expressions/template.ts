// Texts with `${…}` in them.
import { closingBrace } from './tokens.ts';
import { textOf, type Value } from './value.ts';

/**
 * The text with what `evaluate` makes of its expressions; one that is nothing but an expression is that value itself.
 * `$${` is `${`. `plain` turns what stands outside of expressions. Throws a plain Error.
 */
export function fillTemplate(
  text: string,
  evaluate: (expression: string) => Value,
  plain: (text: string) => string = same,
): Value {
  const parts: Value[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    if (text.startsWith('$${', at) || text.startsWith('%%{', at)) {
      literal += plain(text.slice(at, at + 1)) + text[at + 2];
      at += 3;
    } else if (text.startsWith('${', at)) {
      const end = closingBrace(text, at + 2);
      if (literal !== '') parts.push(literal);
      literal = '';
      parts.push(evaluate(text.slice(at + 2, end)));
      at = end + 1;
    } else if (text.startsWith('%{', at)) {
      throw new Error('directives (%{…}) are not supported');
    } else {
      const end = nextMark(text, at + 1);
      literal += plain(text.slice(at, end));
      at = end;
    }
  }
  if (parts.length === 1 && literal === '') return parts[0] as Value;
  return [...parts.map(textOf), literal].join('');
}

/** Where the next sign is that could begin something. */
function nextMark(text: string, from: number): number {
  const found = text.slice(from).search(/[$%]/);
  return found < 0 ? text.length : from + found;
}

const same = (text: string) => text;
