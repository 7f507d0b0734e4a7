// Lines of a source with the wrong ones marked, in the shape that BuildKit prints.

/** Where an error belongs: lines of a source the user can look at. */
export interface SourceLocation {
  /** As the user named the file. */
  readonly name: string;
  readonly source: string;
  /** Lines count from 1; the last one belongs to the range. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
}

const rule = '--------------------\n';

/**
 * `Dockerfile:3`, a rule, the lines with at least two (for a single line four) of their neighbours, a rule. Empty when
 * the ranges name no line of the source.
 */
export function formatExcerpt({ name, source, ranges }: SourceLocation): string {
  const lines = source.split('\n');
  const first = Math.min(...ranges.map(range => range.start));
  const last = Math.min(Math.max(...ranges.map(range => range.end)), lines.length);
  if (ranges.length === 0 || first < 1 || first > lines.length) return '';
  const [from, to] = withNeighbours(first, last, lines.length);
  const marked = (line: number) => ranges.some(range => range.start <= line && line <= range.end);
  const shown = lines.slice(from - 1, to).map((text, index) => {
    const line = from + index;
    return ` ${String(line).padStart(3)} | ${marked(line) ? '>>>' : '   '} ${text}\n`;
  });
  return `${name}:${first}\n${rule}${shown.join('')}${rule}`;
}

/** Grows the range in turns at both ends until enough neighbours are in it. */
function withNeighbours(first: number, last: number, count: number): [number, number] {
  const wanted = first === last ? 4 : 2;
  let [from, to] = [first, last];
  for (let taken = 0; taken < wanted; taken++) {
    if (from > 1) {
      from--;
      taken++;
    }
    if (to < count) {
      to++;
      taken++;
    }
  }
  return [from, to];
}
