// What a mistyped word was probably meant to be.

import type { FlagSet } from './flag.ts';

/** Flags of `set` near `name`, best first, written `--name`. */
export function nearestFlags(name: string, set: FlagSet): string[] {
  const names = Object.entries(set)
    .filter(([, flag]) => !flag.hidden)
    .map(([candidate]) => candidate);
  return nearest(name.replace(/=.*$/, ''), names).map(found => `--${found}`);
}

/** Words of `known` near `word` by edit distance or beginning, best first. */
export function nearest(word: string, known: readonly string[]): string[] {
  const limit = word.length <= 2 ? 0 : word.length <= 4 ? 1 : 2;
  return known
    .map(candidate => ({ candidate, distance: score(word, candidate) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .map(({ candidate }) => candidate);
}

function score(word: string, candidate: string): number {
  if (word.length >= 3 && candidate.startsWith(word)) return 0.5;
  return editDistance(word, candidate);
}

/** Levenshtein's distance: insertions, deletions and replacements that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
