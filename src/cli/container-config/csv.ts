// One line of comma-separated fields, with Go's encoding/csv quoting.

/** The fields of `text`. Throws a plain Error: `EOF` for an empty text, or csv's words for a stray quote. */
export function parseCsvLine(text: string): string[] {
  if (text === '') throw new Error('EOF');
  const fields: string[] = [];
  let rest = text;
  for (;;) {
    const field = rest.startsWith('"') ? quotedField(rest) : bareField(rest);
    fields.push(field.value);
    if (field.rest === undefined) return fields;
    rest = field.rest;
  }
}

function quotedField(text: string): { value: string; rest: string | undefined } {
  const match = /^"((?:[^"]|"")*)"(,|$)/.exec(text);
  if (!match) throw new Error('parse error on line 1, column 1: extraneous or missing " in quoted-field');
  return { value: match[1]!.replaceAll('""', '"'), rest: match[2] === ',' ? text.slice(match[0].length) : undefined };
}

function bareField(text: string): { value: string; rest: string | undefined } {
  const comma = text.indexOf(',');
  const value = comma < 0 ? text : text.slice(0, comma);
  if (value.includes('"'))
    throw new Error(`parse error on line 1, column ${value.indexOf('"') + 1}: bare " in non-quoted-field`);
  return { value, rest: comma < 0 ? undefined : text.slice(comma + 1) };
}
