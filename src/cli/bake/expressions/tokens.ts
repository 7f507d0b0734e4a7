// An expression of a bake file in words and signs.

/** `quoted` is a text with its quotes and all that is in it, which may be a template. */
export interface Token {
  readonly kind: 'name' | 'number' | 'quoted' | 'sign' | 'end';
  readonly text: string;
}

const signs = ['...', '=>', '==', '!=', '<=', '>=', '&&', '||', ...'(){}[],.:?!<>+-*/%='];

/** Throws a plain Error for a sign there is not, and a text without its end. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const rest = source.slice(at);
    const space = /^\s+/.exec(rest)?.[0];
    if (space) {
      at += space.length;
      continue;
    }
    const token = next(rest, source);
    tokens.push(token);
    at += token.text.length;
  }
  return [...tokens, { kind: 'end', text: '' }];
}

function next(rest: string, source: string): Token {
  if (rest.startsWith('"')) return { kind: 'quoted', text: quoted(rest, source) };
  const number = /^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(rest)?.[0];
  if (number) return { kind: 'number', text: number };
  const name = /^[A-Za-z_][\w-]*/.exec(rest)?.[0];
  if (name) return { kind: 'name', text: name };
  const sign = signs.find(one => rest.startsWith(one));
  if (sign) return { kind: 'sign', text: sign };
  throw new Error(`${JSON.stringify(rest[0])} is not understood in ${source}`);
}

/** Up to the closing quote; quotes in `${…}` belong to what is inside. */
function quoted(rest: string, source: string): string {
  for (let at = 1; at < rest.length; at++) {
    if (rest[at] === '\\') at++;
    else if (rest.startsWith('$${', at)) at += 2;
    else if (rest.startsWith('${', at)) at = closingBrace(rest, at + 2);
    else if (rest[at] === '"') return rest.slice(0, at + 1);
  }
  throw new Error(`a text has no end in ${source}`);
}

/** Where the brace is that ends what begins at `from`. Throws a plain Error where there is none. */
export function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '"') at += quoted(text.slice(at), text).length - 1;
    else if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  throw new Error(`\${ has no end in ${text}`);
}
