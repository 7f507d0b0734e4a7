// Values as Go's strconv reads them.

/** `1`, `t`, `TRUE`, `0`, `false` …; undefined for anything else. */
export function parseGoBool(text: string): boolean | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
  return undefined;
}

/** An unsigned number below `limit` in the given base, without signs and prefixes; undefined for anything else. */
export function parseUnsigned(text: string, base: 8 | 10, limit = 2 ** 32): number | undefined {
  if (!(base === 8 ? /^[0-7]+$/ : /^[0-9]+$/).test(text)) return undefined;
  const value = Number.parseInt(text, base);
  return value < limit ? value : undefined;
}
