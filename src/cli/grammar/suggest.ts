// What a mistyped word was probably meant to be.

import { editDistance } from '../../lib/text/suggestion.ts';
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
