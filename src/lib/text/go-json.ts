// Documents as Go's encoder writes them: whoever makes the same one with Docker's tools gets the same digest.

const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** JSON with `<`, `>` and `&` escaped, indented by two spaces if `indented`. The order of keys is the caller's. */
export function goJson(value: unknown, { indented = false }: { indented?: boolean } = {}): string {
  const text = JSON.stringify(value, null, indented ? 2 : undefined);
  return text.replace(/[<>&\u2028\u2029]/g, character => escapes[character] as string);
}

/** The entries of a map in the order in which Go writes them: that of their keys. */
export function sortedKeys<T>(map: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
