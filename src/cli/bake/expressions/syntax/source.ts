// Texts that are parsed, and places in them.

/** A text with a name for messages; '' for one that lies inside of something else, which then says where it is. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/** From one offset of a source up to another, in UTF-16 units; `end` is not part of it. */
export interface Place {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** From where the first begins to where the second ends. */
export function placeBetween(first: Place, last: Place): Place {
  return { source: first.source, start: first.start, end: Math.max(last.end, first.start) };
}

/** Both count from 1, columns in what a reader takes for one character. */
export function lineAndColumn({ text }: Source, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++;
  return { line, column: 1 + characters(before.slice(lineStart)) };
}

/** `file:2,7-9`, or `file:2,7-3,1` where it goes beyond the line. */
export function describePlace({ source, start, end }: Place): string {
  const [from, to] = [lineAndColumn(source, start), lineAndColumn(source, end)];
  return `${source.name}:${from.line},${from.column}-${from.line === to.line ? '' : `${to.line},`}${to.column}`;
}

function characters(text: string): number {
  if (/^[\t\x20-\x7e]*$/.test(text)) return text.length;
  return [...new Intl.Segmenter().segment(text)].length;
}
