// Go string literals: reading them, and writing them as %q does.

const escapes: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** The value of a quoted or raw Go string literal. */
export function unquoteGo(literal: string): string {
  const inner = literal.slice(1, -1);
  if (literal.startsWith('`')) return inner;
  return inner.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|(.))/gs,
    (_all, hex?: string, short?: string, long?: string, octal?: string, simple?: string) => {
      const digits = hex ?? short ?? long;
      if (digits !== undefined) return String.fromCodePoint(Number.parseInt(digits, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return escapes[simple!] ?? simple!;
    },
  );
}

/** Letters, digits and the like, and the mark that something was cut off. */
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e…]*$/;

/** `text` in double quotes with Go's escapes, as %q and strconv.Quote write it. */
export function quoteGo(text: string): string {
  // Looking at characters one by one is slow, and nearly no text needs it.
  if (plain.test(text)) return `"${text}"`;
  let out = '"';
  for (const character of text) out += quoteCharacter(character);
  return `${out}"`;
}

function quoteCharacter(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  const code = character.codePointAt(0)!;
  if (code >= 0x20 && code !== 0x7f && !/\p{C}/u.test(character)) return character;
  const named = Object.entries(escapes).find(([, value]) => value === character)?.[0];
  if (named !== undefined) return `\\${named}`;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
