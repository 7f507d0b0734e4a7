// Go's path.Match: `*` and `?` stop at a slash, `[a-z]` and `[^a]` are classes, a backslash takes the next literally.

/** Whether the whole of `name` matches. A malformed pattern matches nothing. */
export function matchPattern(pattern: string, name: string): boolean {
  return compilePattern(pattern)?.test(name) ?? false;
}

/** The pattern as a regular expression for many names; undefined when it is malformed. */
export function compilePattern(pattern: string): RegExp | undefined {
  const source = translate(pattern);
  return source === undefined ? undefined : new RegExp(`^${source}$`, 'su');
}

function translate(pattern: string): string | undefined {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '[') {
      const end = classEnd(pattern, i);
      const members = end < 0 ? undefined : characterClass(pattern.slice(i + 1, end));
      if (members === undefined) return undefined;
      source += members;
      i = end;
    } else if (char === '\\') {
      if (++i >= pattern.length) return undefined;
      source += quote(pattern[i]!);
    } else source += quote(char);
  }
  return source;
}

/** Where the bracket at `start` closes, or -1; a class has at least one member. */
function classEnd(pattern: string, start: number): number {
  const first = start + (pattern[start + 1] === '^' ? 2 : 1);
  for (let at = first; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++;
    else if (pattern[at] === ']') return at > first ? at : -1;
  }
  return -1;
}

function characterClass(body: string): string | undefined {
  const negated = body.startsWith('^');
  const members = (negated ? body.slice(1) : body).match(/\\?[\s\S]/gu) ?? [];
  let source = '';
  for (let i = 0; i < members.length; i++) {
    const low = members[i]!;
    const ranged = members[i + 1] === '-';
    const high = ranged ? members[i + 2] : low;
    if (low === '-' || low === '\\' || high === undefined || high === '-') return undefined;
    // A range the wrong way round has no members.
    if (literal(low) <= literal(high)) source += `${classQuote(literal(low))}-${classQuote(literal(high))}`;
    if (ranged) i += 2;
  }
  if (source === '') return negated ? '[\\s\\S]' : '[^\\s\\S]';
  return `[${negated ? '^' : ''}${source}]`;
}

const literal = (member: string) => (member.length > 1 && member.startsWith('\\') ? member.slice(1) : member);

const classQuote = (char: string) => (/[[\]\\^-]/.test(char) ? `\\${char}` : char);

const quote = (char: string) => char.replace(/[.*+?^${}()|[\]\\/]/u, '\\$&');
