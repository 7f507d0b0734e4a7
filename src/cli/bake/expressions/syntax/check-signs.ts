// A first look at a file: signs that HCL does not have, and quoted texts that go over the end of their line. Both are told
// before what does not make sense, as HCL tells them: a quote too many makes no sense of all that follows it.
import type { Source } from './source.ts';
import { heredocEnd, readQuotedSign } from './template-pieces.ts';
import { Cursor } from './tokens.ts';

/** What is around the place that the look has come to. */
type Around =
  | { readonly kind: 'braces' }
  | { readonly kind: 'quoted' }
  | { readonly kind: 'heredoc'; readonly endsAt: (cursor: Cursor) => number | undefined };

/** Throws an HclError for the first such sign. */
export function checkSigns(source: Source): void {
  const cursor = new Cursor(source);
  const around: Around[] = [];
  while (cursor.at < source.text.length) {
    const inner = around.at(-1);
    if (inner === undefined || inner.kind === 'braces') passToken(cursor, around);
    else passText(cursor, inner, around);
  }
}

function passToken(cursor: Cursor, around: Around[]): void {
  const { kind, text } = cursor.next();
  if (kind === 'quote') around.push({ kind: 'quoted' });
  else if (kind === 'heredoc') around.push({ kind: 'heredoc', endsAt: heredocEnd(text) });
  else if (text === '{') around.push({ kind: 'braces' });
  else if (text === '}' || text === '~}') around.pop();
}

/** One sign of a text, or the begin of an expression in it. */
function passText(cursor: Cursor, inner: Exclude<Around, { kind: 'braces' }>, around: Around[]): void {
  const { text } = cursor.source;
  const end = inner.kind === 'quoted' ? (text[cursor.at] === '"' ? 1 : undefined) : inner.endsAt(cursor);
  const next = text.slice(cursor.at, cursor.at + 3);
  if (end !== undefined) {
    cursor.at += end;
    around.pop();
  } else if (next === '$${' || next === '%%{') cursor.at += 3;
  else if (/^[$%]\{/.test(next)) {
    cursor.at += 2;
    if (text[cursor.at] === '~') cursor.at++;
    around.push({ kind: 'braces' });
  } else if (inner.kind === 'quoted' && text[cursor.at] === '\\' && text[cursor.at + 1] !== '\n') cursor.at += 2;
  else if (inner.kind === 'quoted') readQuotedSign(cursor);
  else cursor.at++;
}
