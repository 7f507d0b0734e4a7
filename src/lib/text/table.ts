// Columns of text aligned as Go's tabwriter does it for Docker's tables.

/**
 * Aligns tab-separated lines. A cell is as wide as the widest cell of its column block plus `padding`, at least
 * `minWidth`; as in Go, the last cell of a line belongs to no column and a column ends at the first line without it.
 * With `filterEscape`, nothing is escaped: the text must not contain tabs other than separators.
 */
export function alignColumns(lines: string[], options: { minWidth?: number; padding?: number } = {}): string[] {
  const { minWidth = 10, padding = 3 } = options;
  const rows = lines.map(line => line.split('\t'));
  const widths = rows.map(row => new Array<number>(row.length - 1).fill(0));
  for (let index = 0; index < rows.length; index++) {
    for (let column = 0; column < rows[index]!.length - 1; column++) {
      if (widths[index]![column] !== 0) continue;
      setBlockWidth({ rows, widths, start: index, column, minWidth, padding });
    }
  }
  return rows.map((row, index) =>
    row.map((cell, column) => (column === row.length - 1 ? cell : pad(cell, widths[index]![column]!))).join(''),
  );
}

/** No surrogates: as many characters as UTF-16 units. */
const isOneUnitEach = /^[^\ud800-\udfff]*$/;

interface Block {
  rows: string[][];
  widths: number[][];
  start: number;
  column: number;
  minWidth: number;
  padding: number;
}

function setBlockWidth({ rows, widths, start, column, minWidth, padding }: Block): void {
  let end = start;
  let width = 0;
  while (end < rows.length && rows[end]!.length - 1 > column) width = Math.max(width, cellWidth(rows[end++]![column]!));
  for (let index = start; index < end; index++) widths[index]![column] = Math.max(width + padding, minWidth);
}

function cellWidth(cell: string): number {
  // Counting one by one is slow, and nearly no cell needs it.
  if (isOneUnitEach.test(cell)) return cell.length;
  let width = 0;
  for (const _ of cell) width++;
  return width;
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - cellWidth(cell)));
}
