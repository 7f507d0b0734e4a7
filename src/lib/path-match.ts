// Go's path.Match: `*` and `?` stop at a slash, `[a-z]` and `[^a]` are classes, a backslash takes the next literally.

/** Whether the whole of `name` matches. A malformed pattern matches nothing. */
export function matchPattern(pattern: string, name: string): boolean {
  const source = translate(pattern);
  return source !== undefined && new RegExp(`^${source}$`, 'su').test(name);
}

function translate(pattern: string): string | undefined {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '[') {
      const end = pattern.indexOf(']', i + (pattern[i + 1] === '^' ? 3 : 2));
      if (end < 0) return undefined;
      source += characterClass(pattern.slice(i + 1, end));
      i = end;
    } else if (char === '\\') {
      if (++i >= pattern.length) return undefined;
      source += quote(pattern[i]!);
    } else source += quote(char);
  }
  return source;
}

function characterClass(body: string): string {
  const negated = body.startsWith('^');
  const inner = (negated ? body.slice(1) : body).replace(/[[\]&|~]/g, '\\$&');
  return `[${negated ? '^' : ''}${inner}]`;
}

const quote = (char: string) => char.replace(/[.*+?^${}()|[\]\\/]/u, '\\$&');
