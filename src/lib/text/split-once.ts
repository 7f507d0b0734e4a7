// A text in two at its first separator.

/** What is before and after the first `separator`; without one, all of it and nothing. */
export function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
