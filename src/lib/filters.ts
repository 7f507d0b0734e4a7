// `--filter key=value` as it travels in the Engine API: {"key":{"value":true}}.

export type Filters = Record<string, Record<string, boolean>>;

/** Adds one `key=value` argument; '' is ignored. Throws a plain Error with Docker's wording. */
export function addFilter(filters: Filters, text: string): Filters {
  if (text === '') return filters;
  const equals = text.indexOf('=');
  if (equals < 0) throw new Error('bad format of filter (expected name=value)');
  const key = text.slice(0, equals).trim().toLowerCase();
  const value = text.slice(equals + 1).trim();
  return { ...filters, [key]: { ...filters[key], [value]: true } };
}

/** The query parameter's text, keys in order as Go prints them, or undefined when nothing was asked for. */
export function encodeFilters(filters: Filters): string | undefined {
  const keys = Object.keys(filters).sort();
  if (keys.length === 0) return undefined;
  const sorted = keys.map(key => [key, Object.fromEntries(Object.entries(filters[key]!).sort(byKey))]);
  return JSON.stringify(Object.fromEntries(sorted));
}

const byKey = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : a > b ? 1 : 0);
