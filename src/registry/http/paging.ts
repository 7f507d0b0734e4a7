// Lists in pages: `n`, `last` and the `Link` to the next one.
import { Refusal } from '../refusal.ts';

export interface Page<T> {
  readonly items: T[];
  /** Headers of the reply: `Link` when there is more. */
  readonly headers: Readonly<Record<string, string>>;
}

interface PageOptions<T> {
  readonly key: (item: T) => string;
  readonly compare: (a: string, b: string) => number;
  /** Where the list is, without a query. */
  readonly path: string;
  /** How many there are when nobody says. */
  readonly usual?: number;
  /** The most there are, whatever is asked for. */
  readonly limit: number;
}

/** The page of `sorted` that `query` asks for. Throws the refusal for an `n` that is no number. */
export function takePage<T>(sorted: readonly T[], query: URLSearchParams, options: PageOptions<T>): Page<T> {
  const { key, compare, path, usual, limit } = options;
  const wanted = parseCount(query.get('n')) ?? usual ?? Number.POSITIVE_INFINITY;
  const last = query.get('last');
  const start = last === null ? 0 : countUpTo(sorted, item => compare(key(item), last) <= 0);
  const items = sorted.slice(start, start + Math.min(wanted, limit));
  const final = items.at(-1);
  if (final === undefined || start + items.length >= sorted.length) return { items, headers: {} };
  const next = new URLSearchParams(query);
  next.set('n', String(items.length));
  next.set('last', key(final));
  return { items, headers: { Link: `<${path}?${next}>; rel="next"` } };
}

function parseCount(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  if (!/^\d{1,9}$/.test(text)) {
    throw new Refusal('UNSUPPORTED', {
      status: 400,
      message: 'invalid number of results requested',
      detail: { n: text },
    });
  }
  return Number(text);
}

/** How many items at the front satisfy `isBefore`, by halving. */
function countUpTo<T>(sorted: readonly T[], isBefore: (item: T) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(sorted[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Case-insensitive alphanumeric order, as the specification wants tags; what only differs in case, by its bytes. */
export function compareNames(a: string, b: string): number {
  const [lowerA, lowerB] = [a.toLowerCase(), b.toLowerCase()];
  if (lowerA !== lowerB) return lowerA < lowerB ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
