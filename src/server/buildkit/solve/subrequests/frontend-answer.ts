// The shapes that answers to questions have in common (BuildKit's frontend/subrequests).
import type { LineRange } from '../../../../builder/index.ts';

/** Results by their names (`result.json`, `result.txt`, `version`, `result.statuscode`). */
export type FrontendAnswer = Readonly<Record<string, Uint8Array>>;

/** JSON as clients print it: by Go's MarshalIndent. */
export function formatJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

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

/** Columns with three spaces between them, as wide as their longest cell. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ');
  return rows.map(row => `${line(row).trimEnd()}\n`).join('');
}
