// The patterns of `${v#p}`, `${v%p}` and `${v/p/r}`: `*`, `?` and backslash escapes, without brackets. Matched by walking
// all possibilities at once: no pattern takes longer than its length times that of the text.
import { invalid } from '../../../lib/errors.ts';

type Token = { readonly kind: 'star' | 'any' } | { readonly kind: 'char'; readonly char: string };

/** Cuts the shortest (or, `greedy`, the longest) prefix that matches. Throws `invalid` on a bad escape. */
export function trimPrefix(pattern: string, value: string, greedy: boolean): string {
  const chars = [...value];
  return chars.slice(cut(parse(pattern), chars, greedy)).join('');
}

/** Cuts the shortest (or, `greedy`, the longest) suffix that matches. Throws `invalid` on a bad escape. */
export function trimSuffix(pattern: string, value: string, greedy: boolean): string {
  const chars = [...value].reverse();
  const kept = chars.slice(cut(parse(pattern).reverse(), chars, greedy));
  return kept.reverse().join('');
}

/** Replaces the first longest match, or all that do not overlap. Throws `invalid` on a bad escape. */
export function replacePattern(pattern: string, value: string, replacement: string, all: boolean): string {
  const tokens = parse(pattern);
  const chars = [...value];
  let result = '';
  let behind = -1;
  for (let at = 0; at <= chars.length; ) {
    const end = matchEnds(tokens, chars, at).at(-1);
    // An empty match right behind another one does not count.
    const counts = end !== undefined && !(end === at && at === behind);
    if (counts) result += replacement;
    if (counts && !all) return result + chars.slice(end).join('');
    if (counts && end > at) {
      at = end;
      behind = end;
    } else result += chars[at++] ?? '';
  }
  return result;
}

function cut(tokens: readonly Token[], chars: readonly string[], greedy: boolean): number {
  return matchEnds(tokens, chars, 0).at(greedy ? -1 : 0) ?? 0;
}

/** Every place where a match that begins at `start` may end, in order. No wildcard matches a line end. */
function matchEnds(tokens: readonly Token[], chars: readonly string[], start: number): number[] {
  const ends: number[] = [];
  let reached = withStars(tokens, new Set([0]));
  for (let at = start; reached.size > 0; at++) {
    if (reached.has(tokens.length)) ends.push(at);
    const char = chars[at];
    if (char === undefined) break;
    const next = new Set<number>();
    for (const index of reached) {
      const token = tokens[index];
      if (token?.kind === 'char' ? token.char === char : token !== undefined && char !== '\n') {
        next.add(token!.kind === 'star' ? index : index + 1);
      }
    }
    reached = withStars(tokens, next);
  }
  return ends;
}

/** A star may also match nothing. */
function withStars(tokens: readonly Token[], reached: Set<number>): Set<number> {
  for (const index of reached) if (tokens[index]?.kind === 'star') reached.add(index + 1);
  return reached;
}

function parse(pattern: string): Token[] {
  const tokens: Token[] = [];
  const chars = [...pattern];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i]!;
    if (char === '*') tokens.push({ kind: 'star' });
    else if (char === '?') tokens.push({ kind: 'any' });
    else if (char !== '\\') tokens.push({ kind: 'char', char });
    else {
      const next = chars[++i];
      // `}` and `/` are escaped for the sake of `${…}` only.
      if (next === undefined || !'*?\\}/'.includes(next)) {
        throw invalid(`invalid pattern (${pattern}) in substitution: invalid escape '\\${next ?? '\ufffd'}'`);
      }
      tokens.push({ kind: 'char', char: next });
    }
  }
  return tokens;
}
