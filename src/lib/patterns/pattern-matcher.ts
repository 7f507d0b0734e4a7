// Lists of patterns as `.dockerignore` and `--exclude` have them: moby/patternmatcher's rules.
import { posix } from 'node:path';
import { invalid } from '../errors.ts';
import { compilePattern } from './path-match.ts';

interface Pattern {
  /** Cleaned, without its `!`. */
  readonly text: string;
  /** `!pattern` takes back what earlier ones matched. */
  readonly exception: boolean;
  readonly regex: RegExp;
}

const malformed = 'syntax error in pattern';

/** Which patterns match a path or one of its parents: what its children start from. */
export type ParentMatches = readonly boolean[];

/**
 * Paths are relative with `/`. Patterns are anchored at the root, a pattern that matches a parent matches all below it,
 * and the last pattern that matches counts.
 */
export class PatternMatcher {
  readonly #patterns: readonly Pattern[];
  readonly #hasExceptions: boolean;
  /** No exception has a wildcard but `**` at its end. */
  readonly #plainExceptions: boolean;

  /** Throws `invalid` for a malformed pattern. Empty patterns do not count. */
  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.map(text => text.trim()).flatMap(text => (text === '' ? [] : [parsePattern(text)]));
    this.#hasExceptions = this.#exceptions.length > 0;
    this.#plainExceptions = this.#exceptions.every(({ text }) => !/[*?[\]^]/.test(text.replace(/\/?\*\*$/, '')));
  }

  get isEmpty(): boolean {
    return this.#patterns.length === 0;
  }

  get #exceptions(): Pattern[] {
    return this.#patterns.filter(pattern => pattern.exception);
  }

  /** Whether the path is matched, itself or by a parent. */
  matches(path: string): boolean {
    let parent: ParentMatches | undefined;
    let matched = false;
    const parts = path.split('/');
    for (let length = 1; length <= parts.length; length++) {
      const result = this.matchChild(parts.slice(0, length).join('/'), parent);
      parent = result.matches;
      matched = result.matched;
    }
    return matched;
  }

  /** `matches` for a walk from the top: `parent` is what the directory above gave. */
  matchChild(path: string, parent?: ParentMatches): { matched: boolean; matches: ParentMatches } {
    // Where nothing is taken back, all that is below what is matched is as well.
    if (parent && !this.#hasExceptions && parent.includes(true)) return { matched: true, matches: parent };
    let matched = false;
    const matches = this.#patterns.map(({ exception, regex }, index) => {
      // A pattern which cannot change the answer is not asked.
      const found = parent?.[index] || (exception === matched && regex.test(path));
      if (found) matched = !exception;
      return found;
    });
    return { matched, matches };
  }

  /** Whether an exception may bring back something below a directory that is matched itself. */
  mayExceptBelow(directory: string): boolean {
    if (!this.#plainExceptions) return true;
    return this.#exceptions.some(({ text }) => `${text}/`.startsWith(`${directory}/`));
  }

  /** The exceptions, cleaned: for rules about patterns themselves. */
  get exceptions(): readonly string[] {
    return this.#exceptions.map(({ text }) => text);
  }

  /** All but the exceptions, cleaned. */
  get exclusions(): readonly string[] {
    return this.#patterns.flatMap(({ exception, text }) => (exception ? [] : [text]));
  }
}

function parsePattern(written: string): Pattern {
  const cleaned = posix.normalize(written).replace(/(.)\/$/, '$1');
  const exception = cleaned.startsWith('!');
  if (cleaned === '!') throw invalid('illegal exclusion pattern: "!"');
  const text = exception ? cleaned.slice(1) : cleaned;
  if (compilePattern(text) === undefined) throw invalid(malformed);
  try {
    return { text, exception, regex: toRegex(text) };
  } catch (error) {
    // A range the wrong way round has no members where names are matched, and no regular expression.
    throw invalid(malformed, error);
  }
}

/** `*` and `?` stop at a slash, `**` matches any number of directories, none too. */
function toRegex(pattern: string): RegExp {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === '*' && pattern[i + 1] === '*') {
      i += pattern[i + 2] === '/' ? 2 : 1;
      const isSuffix = pattern.startsWith('**') && !/[*?[\]\\]/.test(pattern.slice(2)) && pattern[2] !== '/';
      source += i + 1 >= pattern.length || isSuffix ? '.*' : '(?:.*\\/)?';
    } else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '\\') source += quote(pattern[++i] ?? '\\');
    else if (char === '[' || char === ']' || char === '^' || char === '-') source += char;
    else source += quote(char);
  }
  return new RegExp(`^${source}$`, 's');
}

const quote = (char: string) => (/[.*+?${}()|[\]\\^/-]/.test(char) ? `\\${char}` : char);
