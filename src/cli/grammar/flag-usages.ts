// The block of help that lists flags, laid out as Docker's.

import type { Flag, FlagSet } from './flag.ts';

/** Lines of all flags that are not hidden, by name, descriptions in a column wrapped to `width`. */
export function formatFlagUsages(set: FlagSet, width: number): string[] {
  const entries = Object.entries({ ...set })
    .filter(([, flag]) => !flag.hidden)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const heads = entries.map(([name, flag]) => head(name, flag));
  const column = Math.max(0, ...heads.map(text => text.length)) + 3;
  return entries.map(([, flag], index) => {
    const text = flag.shownDefault === undefined ? flag.usage : `${flag.usage} (default ${flag.shownDefault})`;
    return heads[index]!.padEnd(column) + wrap(text, width - column).join(`\n${' '.repeat(column)}`);
  });
}

function head(name: string, flag: Flag<unknown>): string {
  const short = flag.short ? `  -${flag.short}, ` : '      ';
  return `${short}--${name}${flag.type === '' ? '' : ` ${flag.type}`}`;
}

function wrap(text: string, width: number): string[] {
  // A line may overshoot by a few characters rather than leave one short word alone, as pflag does.
  const slop = 5;
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let rest = paragraph;
    while (rest.length > width + slop && width > 24) {
      const cut = rest.lastIndexOf(' ', width - 1);
      if (cut <= 0) break;
      lines.push(rest.slice(0, cut));
      rest = rest.slice(cut + 1);
    }
    lines.push(rest);
  }
  return lines;
}
