// Go's %g for floating-point numbers, which Docker's sizes and templates print with.

/** `value` as Go's `%.<precision>g` prints it; without `precision` the shortest form that reads back the same. */
export function formatG(value: number, precision?: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const digits = precision === undefined ? undefined : Math.max(precision, 1) - 1;
  const [mantissa = '', exponentText = '0'] = value.toExponential(digits).split('e');
  const exponent = Number(exponentText);
  // Go's %v of a float switches to the exponent form at 21 digits, %g with a precision at that precision.
  const limit = precision === undefined ? 21 : Math.max(precision, 1);
  if (exponent < -4 || exponent >= limit) {
    const sign = exponent < 0 ? '-' : '+';
    return `${trimZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const fixed = digits === undefined ? plainDigits(value) : value.toFixed(Math.max(digits - exponent, 0));
  return trimZeros(fixed);
}

function plainDigits(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(12) : text;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
