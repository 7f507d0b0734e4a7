// "did you mean …?"

const farthest = 2;

/** The option nearest to `word` by at most two edits, the first of equals; undefined when there is none. */
export function nearest(word: string, options: Iterable<string>, caseSensitive = true): string | undefined {
  const fold = (text: string) => (caseSensitive ? text : text.toLowerCase());
  let best: string | undefined;
  let bestDistance = farthest + 1;
  for (const option of options) {
    if (option === word) continue;
    const distance = editDistance(fold(word), fold(option), bestDistance);
    if (distance < bestDistance) {
      best = option;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` (did you mean X?)`, or nothing. */
export function suggestion(word: string, options: Iterable<string>, caseSensitive = true): string {
  const match = nearest(word, options, caseSensitive);
  return match === undefined ? '' : ` (did you mean ${match}?)`;
}

/**
 * Levenshtein's distance: insertions, deletions and replacements that turn `a` into `b`; any number from `limit` up when
 * it is not below it.
 */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substituted, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}
