// Go's strconv.ParseBool: how Docker's clients and configuration write yes and no.

const words = new Map<string, boolean>([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map(word => [word, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map(word => [word, false] as const),
]);

/** Undefined for every other word. */
export function parseBool(text: string): boolean | undefined {
  return words.get(text);
}
