// Sizes in the progress of builds, as BuildKit writes them.

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];

/** Powers of 1000 with two decimals, `1.21MB`; bytes without any. */
function progressBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(2)}${units[unit]}`;
}

/** ` 1.00MB / 2.00MB`, ` 1.00MB`, or nothing. */
export function progressCounts({ current = 0, total = 0 }: { current?: number; total?: number }): string {
  if (total !== 0) return `${progressBytes(current)} / ${progressBytes(total)}`;
  return current === 0 ? '' : progressBytes(current);
}
