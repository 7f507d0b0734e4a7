// Splits a line into words as a POSIX shell does, as far as tests need it.

/** The words of `line`; single quotes keep everything, outside them a backslash keeps the next character. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  const pattern = /(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g;
  for (const [word] of line.matchAll(pattern)) {
    words.push(
      word.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, (_all, single, double, escaped) => single ?? double ?? escaped),
    );
  }
  return words;
}
