// Go's fmt.Sprintf and Sprint for the values a template can hold.

import { formatG } from '../text/go-float.ts';
import { quoteGo } from './quote.ts';
import { isStruct, printValue, sortedEntries, typeName } from './values.ts';

interface Spec {
  flags: string;
  width: number | undefined;
  precision: number | undefined;
  verb: string;
}

const pattern = /%([-+# 0]*)(\*|\d+)?(?:\.(\*|\d+)?)?(.)?/gsu;

/** `format` with its verbs replaced, and Go's `%!d(string=x)` marks where the arguments do not fit. */
export function sprintf(format: string, args: unknown[]): string {
  let next = 0;
  const star = (text: string | undefined) => (text === '*' ? Number(args[next++]) : Number(text));
  const out = format.replace(
    pattern,
    (all: string, flags: string, width?: string, precision?: string, verb?: string) => {
      const spec: Spec = {
        flags,
        width: width === undefined ? undefined : star(width),
        precision: /\./.test(all.slice(0, -1)) ? (precision === undefined ? 0 : star(precision)) : undefined,
        verb: verb ?? '',
      };
      if (verb === undefined) return '%!(NOVERB)';
      if (verb === '%') return '%';
      if (next >= args.length) return `%!${verb}(MISSING)`;
      return padded(formatValue(args[next++], spec), spec);
    },
  );
  if (next >= args.length) return out;
  const extra = args.slice(next).map(value => (value === null ? '<nil>' : `${typeName(value)}=${printValue(value)}`));
  return `${out}%!(EXTRA ${extra.join(', ')})`;
}

/** Values joined as Go's Sprint: a space between two that are not strings. */
export function sprint(args: unknown[]): string {
  let out = '';
  args.forEach((value, index) => {
    if (index > 0 && typeof value !== 'string' && typeof args[index - 1] !== 'string') out += ' ';
    out += printValue(value);
  });
  return out;
}

function padded(text: string, spec: Spec): string {
  if (spec.width === undefined) return text;
  const width = Math.abs(spec.width);
  const missing = width - [...text].length;
  if (missing <= 0) return text;
  if (spec.flags.includes('-') || spec.width < 0) return text + ' '.repeat(missing);
  if (spec.flags.includes('0') && spec.verb !== 's' && spec.verb !== 'v') {
    const sign = /^[+-]/.exec(text)?.[0] ?? '';
    return sign + '0'.repeat(missing) + text.slice(sign.length);
  }
  return ' '.repeat(missing) + text;
}

function formatValue(value: unknown, spec: Spec): string {
  const { verb } = spec;
  if (verb === 'T') return typeName(value);
  if (value === null || value === undefined) return verb === 'v' ? '<nil>' : `%!${verb}(<nil>)`;
  if (Array.isArray(value)) return `[${value.map(item => formatValue(item, spec)).join(' ')}]`;
  if (value instanceof Map) {
    const parts = sortedEntries(value).map(([key, item]) => `${formatValue(key, spec)}:${formatValue(item, spec)}`);
    return `map[${parts.join(' ')}]`;
  }
  if (isStruct(value)) {
    if (spec.flags.includes('+') && verb === 'v') {
      return `{${Object.entries(value)
        .map(([key, item]) => `${key}:${printValue(item)}`)
        .join(' ')}}`;
    }
    return `{${Object.values(value)
      .map(item => formatValue(item, spec))
      .join(' ')}}`;
  }
  if (typeof value === 'string') return formatString(value, spec);
  if (typeof value === 'boolean') return verb === 't' || verb === 'v' ? String(value) : wrongVerb(value, verb);
  if (typeof value === 'number' || typeof value === 'bigint') return formatNumber(value, spec);
  return wrongVerb(value, verb);
}

function wrongVerb(value: unknown, verb: string): string {
  return `%!${verb}(${typeName(value)}=${printValue(value)})`;
}

function formatString(value: string, spec: Spec): string {
  const text = spec.precision === undefined ? value : [...value].slice(0, spec.precision).join('');
  switch (spec.verb) {
    case 'v':
      return spec.flags.includes('#') ? quoteGo(value) : text;
    case 's':
      return text;
    case 'q':
      return spec.flags.includes('#') && !text.includes('`') ? `\`${text}\`` : quoteGo(text);
    case 'x':
      return Buffer.from(text).toString('hex');
    case 'X':
      return Buffer.from(text).toString('hex').toUpperCase();
    default:
      return wrongVerb(value, spec.verb);
  }
}

function formatNumber(value: number | bigint, spec: Spec): string {
  const sign = spec.flags.includes('+') && value >= 0 ? '+' : spec.flags.includes(' ') && value >= 0 ? ' ' : '';
  const integer = typeof value === 'bigint' || Number.isInteger(value);
  switch (spec.verb) {
    case 'v':
      return sign + (typeof value === 'bigint' ? String(value) : formatG(value, spec.precision));
    case 'd':
      return integer ? sign + String(value) : wrongVerb(value, 'd');
    case 'x':
    case 'X':
    case 'o':
    case 'b': {
      if (!integer) return wrongVerb(value, spec.verb);
      const radix = spec.verb === 'o' ? 8 : spec.verb === 'b' ? 2 : 16;
      const digits = value.toString(radix);
      const prefix = spec.flags.includes('#') && radix === 16 ? '0x' : '';
      return sign + prefix + (spec.verb === 'X' ? digits.toUpperCase() : digits);
    }
    case 'c':
      return integer ? String.fromCodePoint(Number(value)) : wrongVerb(value, 'c');
    case 'q':
      return integer ? `'${String.fromCodePoint(Number(value))}'` : wrongVerb(value, 'q');
    case 'f':
    case 'F':
      return integer ? wrongVerb(value, spec.verb) : sign + Number(value).toFixed(spec.precision ?? 6);
    case 'g':
    case 'G':
      return integer ? wrongVerb(value, spec.verb) : sign + formatG(Number(value), spec.precision);
    case 'e':
      return integer ? wrongVerb(value, 'e') : sign + exponentForm(Number(value), spec.precision ?? 6);
    default:
      return wrongVerb(value, spec.verb);
  }
}

function exponentForm(value: number, precision: number): string {
  return value.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2');
}
