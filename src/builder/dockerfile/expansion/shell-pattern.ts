// The patterns of `${v#p}`, `${v%p}` and `${v/p/r}`: `*`, `?` and backslash escapes, without brackets.
import { invalid } from '../../../lib/errors.ts';

/** Cuts the shortest (or, `greedy`, the longest) prefix that matches. Throws `invalid` on a bad escape. */
export function trimPrefix(pattern: string, value: string, greedy: boolean): string {
  const match = compile(pattern, greedy, '^').exec(value);
  return match === null ? value : value.slice(match[0].length);
}

/** Cuts the shortest (or, `greedy`, the longest) suffix that matches. Throws `invalid` on a bad escape. */
export function trimSuffix(pattern: string, value: string, greedy: boolean): string {
  // Regular expressions find the leftmost match: only in the reversed text is "shortest at the end" what they look for.
  return reverse(trimPrefix(reversePattern(pattern), reverse(value), greedy));
}

/** Replaces the first match, or all that do not overlap. Throws `invalid` on a bad escape. */
export function replacePattern(pattern: string, value: string, replacement: string, all: boolean): string {
  const regex = compile(pattern, true, '', all ? 'g' : '');
  let end = -1;
  return value.replace(regex, (match: string, offset: number) => {
    if (match === '' && offset === end) return ''; // an empty match right behind another one does not count
    end = offset + match.length;
    return replacement;
  });
}

function compile(pattern: string, greedy: boolean, anchor: string, flags = ''): RegExp {
  let source = anchor;
  const chars = [...pattern];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i]!;
    if (char === '*') source += greedy ? '[^\\n]*' : '[^\\n]*?';
    else if (char === '?') source += '[^\\n]';
    else if (char !== '\\') source += quote(char);
    else {
      const next = chars[++i];
      // `}` and `/` are escaped for the sake of `${…}` only.
      if (next === undefined || !'*?\\}/'.includes(next)) {
        throw invalid(`invalid pattern (${pattern}) in substitution: invalid escape '\\${next ?? '\ufffd'}'`);
      }
      source += quote(next);
    }
  }
  return new RegExp(source, `u${flags}`);
}

const quote = (char: string) => (/[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char);

const reverse = (text: string) => [...text].reverse().join('');

/** Reversed with each escape kept before what it escapes. */
function reversePattern(pattern: string): string {
  return (pattern.match(/\\[\s\S]|[\s\S]/gu) ?? []).reverse().join('');
}
