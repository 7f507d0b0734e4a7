// The shapes that answers to questions have in common (BuildKit's frontend/subrequests).
import type { LineRange } from '../../../../builder/index.ts';

/** Results by their names (`result.json`, `result.txt`, `version`, `result.statuscode`). */
export type FrontendAnswer = Readonly<Record<string, Uint8Array>>;

/** JSON as clients print it: by Go's MarshalIndent. */
export function formatJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** The texts as bytes. */
export function textAnswer(values: Readonly<Record<string, string>>): FrontendAnswer {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Buffer.from(value)]));
}

/** Lines of the source with that number; the first is not told. */
export function locationOf(ranges: readonly LineRange[], source = 0): unknown {
  return {
    ...(source > 0 && { sourceIndex: source }),
    ranges: ranges.map(({ start, end }) => ({ start: { line: start }, end: { line: end } })),
  };
}

/** Columns as wide as their longest cell, with `gap` spaces between them; the last cell of a row is as long as it is. */
export function formatTable(rows: readonly (readonly string[])[], gap = 3): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)));
  const padded = (row: readonly string[]) =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd((widths[column] ?? 0) + gap)));
  return rows.map(row => `${padded(row).join('')}\n`).join('');
}
