// The result as a table: a row for each measurement, medians, and how many times more than Berth the others take.

/** Samples by row, then by subject. */
export type Samples = Map<string, Map<string, number[]>>;

/** The middle value, or the mean of the two in the middle; NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Columns are `subjects`, the first of which the ratios refer to. Values are milliseconds unless the row says otherwise. */
export function formatTable(samples: Samples, subjects: readonly string[]): string {
  const header = ['median, ms', ...subjects];
  const rows = [...samples].map(([row, bySubject]) => {
    const base = median(bySubject.get(subjects[0] ?? '') ?? []);
    const cells = subjects.map((subject, index) =>
      formatCell(median(bySubject.get(subject) ?? []), index === 0 ? undefined : base),
    );
    return [row, ...cells];
  });
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map(cells => (cells[column] ?? '').length)));
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return [line(header), widths.map(width => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

function formatCell(value: number, base: number | undefined): string {
  if (Number.isNaN(value)) return '–';
  const text = value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
  return base === undefined || Number.isNaN(base) ? text : `${text} (${(value / base).toFixed(1)} ×)`;
}
