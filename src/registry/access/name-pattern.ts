// Patterns of repository names and tags: `*` stands for anything but a slash, `**` for anything.

/** Whether the whole of `name` matches one of `patterns`. `{user}` in a pattern stands for `user`, if there is one. */
export function matchesAny(patterns: readonly string[], name: string, user = ''): boolean {
  return patterns.some(pattern => toExpression(pattern, user)?.test(name) ?? false);
}

/** Undefined when it asks for a user where there is none. */
function toExpression(pattern: string, user: string): RegExp | undefined {
  if (pattern.includes('{user}') && user === '') return undefined;
  const source = pattern
    .split(/(\*\*|\*|\{user\})/)
    .map(part => (part === '**' ? '.*' : part === '*' ? '[^/]*' : quote(part === '{user}' ? user : part)))
    .join('');
  return new RegExp(`^${source}$`);
}

const quote = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
