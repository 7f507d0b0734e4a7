// os-release(5).

/** The variables of an os-release file, unquoted. */
export function parseOsRelease(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const [, name, value] = /^\s*([A-Z0-9_]+)=(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) found[name] = unquote(value);
  }
  return found;
}

function unquote(value: string): string {
  const [, quote, inner] = /^(["'])(.*)\1$/.exec(value) ?? [];
  if (inner === undefined) return value;
  return quote === "'" ? inner : inner.replace(/\\(["$`\\])/g, '$1');
}
