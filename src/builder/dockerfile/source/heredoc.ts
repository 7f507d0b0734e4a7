// Here-documents: `<<EOF`, `<<-EOF`, `<<"EOF"`.

import { expandWord } from '../expansion/expand-word.ts';
import type { Heredoc } from '../syntax.ts';

const none: ReadonlyMap<string, string> = new Map();

/** The here-document a word opens, still without contents; undefined when it opens none. */
export function parseHeredoc(word: string): Omit<Heredoc, 'content'> | undefined {
  const [, dash, rest] = /^\d*<<(-?)\s*([^<]*)$/.exec(word) ?? [];
  if (rest === undefined || rest === '') return undefined;
  const plain = expandWord(rest, none, { escape: '\\', skipUnset: true }).words;
  if (plain.length !== 1) return undefined;
  const raw = expandWord(rest, none, { escape: '\\', skipUnset: true, rawQuotes: true }).words;
  const name = plain[0]!;
  return { name, stripTabs: dash === '-', expand: countQuotes(name) === countQuotes(raw.join('')) };
}

/** The here-documents a line opens, in their order. */
export function heredocsOf(line: string): Omit<Heredoc, 'content'>[] {
  return lineWords(line).flatMap(word => parseHeredoc(word) ?? []);
}

/** The text of a here-document as it is meant: `<<-` takes the tabs off the beginning of every line. */
export function heredocText(heredoc: Pick<Heredoc, 'content' | 'stripTabs'>): string {
  return heredoc.stripTabs ? heredoc.content.replace(/^\t+/gm, '') : heredoc.content;
}

/** A line that is no shell word (an odd quote, say) opens no here-documents. */
function lineWords(line: string): readonly string[] {
  try {
    return expandWord(line, none, { escape: '\\', rawQuotes: true, rawEscapes: true, skipUnset: true }).words;
  } catch {
    return [];
  }
}

const countQuotes = (text: string) => text.replace(/[^'"]/g, '').length;
