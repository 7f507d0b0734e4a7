// Splits a template into text and the tokens between {{ and }}, with Go's trim markers and comments.

export type TokenKind =
  | 'text'
  | 'open'
  | 'close'
  | 'string'
  | 'number'
  | 'char'
  | 'field'
  | 'variable'
  | 'identifier'
  | 'dot'
  | 'space'
  | 'punctuation';

export interface Token {
  kind: TokenKind;
  text: string;
  offset: number;
}

/** A template that cannot be read; `offset` is where. */
export class TemplateSyntaxError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const patterns: [TokenKind, RegExp][] = [
  ['space', /[ \t\r\n]+/y],
  ['string', /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y],
  ['char', /'(?:[^'\\\n]|\\.)+'/y],
  ['number', /[+-]?(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y],
  ['field', /\.[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['variable', /\$[\p{L}\p{Nd}_]*/uy],
  ['identifier', /[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['dot', /\./y],
  ['punctuation', /:=|[=|(),]/y],
];

/** All tokens of `source`. Throws TemplateSyntaxError for unclosed actions, strings and comments. */
export function lexTemplate(source: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  let trimNext = false;
  while (position <= source.length) {
    const open = source.indexOf('{{', position);
    const end = open < 0 ? source.length : open;
    let text = source.slice(position, end);
    if (trimNext) text = text.replace(/^[ \t\r\n]+/, '');
    const trimBefore = open >= 0 && /^\{\{-[ \t\r\n]/.test(source.slice(open, open + 4));
    if (trimBefore) text = text.replace(/[ \t\r\n]+$/, '');
    if (text !== '') tokens.push({ kind: 'text', text, offset: position });
    if (open < 0) break;
    const action = lexAction(source, open, trimBefore);
    tokens.push(...action.tokens);
    position = action.end;
    trimNext = action.trimAfter;
  }
  return tokens;
}

function lexAction(
  source: string,
  open: number,
  trimBefore: boolean,
): { tokens: Token[]; end: number; trimAfter: boolean } {
  let position = open + 2 + (trimBefore ? 2 : 0);
  if (source.startsWith('/*', position)) return skipComment(source, position);
  const tokens: Token[] = [{ kind: 'open', text: '{{', offset: open }];
  for (;;) {
    const close = /(?:[ \t\r\n]+-)?\}\}/y;
    close.lastIndex = position;
    const closing = close.exec(source);
    if (closing) {
      tokens.push({ kind: 'close', text: '}}', offset: position });
      return { tokens, end: close.lastIndex, trimAfter: closing[0].length > 2 };
    }
    if (position >= source.length) throw new TemplateSyntaxError('unclosed action', position);
    const token = lexToken(source, position);
    tokens.push(token);
    position += token.text.length;
  }
}

function skipComment(source: string, position: number): { tokens: Token[]; end: number; trimAfter: boolean } {
  const end = source.indexOf('*/', position);
  if (end < 0) throw new TemplateSyntaxError('unclosed comment', position);
  const close = /(?:[ \t\r\n]+-)?\}\}/y;
  close.lastIndex = end + 2;
  const closing = close.exec(source);
  if (!closing) throw new TemplateSyntaxError('comment ends before closing delimiter', position);
  return { tokens: [], end: close.lastIndex, trimAfter: closing[0].length > 2 };
}

function lexToken(source: string, offset: number): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = offset;
    const text = pattern.exec(source)?.[0];
    if (text !== undefined) return { kind, text, offset };
  }
  const character = String.fromCodePoint(source.codePointAt(offset)!);
  if (character === '"') throw new TemplateSyntaxError('unterminated quoted string', offset);
  if (character === '`') throw new TemplateSyntaxError('unterminated raw quoted string', offset);
  if (character === "'") throw new TemplateSyntaxError('unterminated character constant', offset);
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  throw new TemplateSyntaxError(`unrecognized character in action: U+${code} '${character}'`, offset);
}
