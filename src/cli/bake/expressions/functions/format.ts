// `format`: values in a text by verbs, as Go has them.
import { jsonOf, numberOf, reasonOf, textOf, truthOf, type Value } from '../value.ts';

const verbs = /%(?:%|([-+ #0]*)(\d*)(?:\.(\d+))?(?:\[(\d+)\])?([a-zA-Z]))/g;

/** `%s`, `%d`, `%q`, `%v`, `%t`, `%f` and their like, with widths. Throws a plain Error for values that do not fit. */
export function format(pattern: string, args: readonly Value[]): string {
  let at = 0;
  let used = 0;
  const text = pattern.replace(verbs, (whole, flags = '', width = '', digits, index, verb, offset) => {
    if (whole === '%%') return '%';
    if (index !== undefined) at = Number(index) - 1;
    if (at >= args.length)
      throw new Error(
        `not enough arguments for ${JSON.stringify(whole)} at ${offset}: need index ${at} but have ${args.length} total`,
      );
    const value = args[at++] as Value;
    used = Math.max(used, at);
    try {
      const shown = formatted(value, { verb, flags, digits: digits === undefined ? undefined : Number(digits) });
      return padded(shown, { flags, width: Number(width), isNumber: typeof value === 'number' });
    } catch (error) {
      throw new Error(`unsupported value for ${JSON.stringify(whole)} at ${offset}: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  });
  if (used < args.length) {
    const reason = used === 0 ? 'no verbs in format string' : `only ${used} used by format string`;
    throw new Error(`too many arguments; ${reason}`);
  }
  return text;
}

/** The same for each element of those arguments that are lists. */
export function formatLists(pattern: string, args: readonly Value[]): string[] {
  const lengths = new Set(args.filter(arg => Array.isArray(arg)).map(arg => (arg as readonly Value[]).length));
  if (lengths.size > 1) throw new Error('all list arguments must have the same length');
  const [length = 1] = lengths;
  return Array.from({ length }, (_, at) =>
    format(
      pattern,
      args.map(arg => (Array.isArray(arg) ? (arg[at] as Value) : arg)),
    ),
  );
}

interface Verb {
  readonly verb: string;
  readonly flags: string;
  readonly digits: number | undefined;
}

function formatted(value: Value, { verb, flags, digits }: Verb): string {
  const plus = flags.includes('+') ? '+' : '';
  const signed = (text: string) => (text.startsWith('-') ? text : plus + text);
  switch (verb) {
    case 'v':
      if (flags.includes('#') || (typeof value === 'object' && value !== null)) return jsonOf(value);
      return value === null ? 'null' : textOf(value);
    case 's': {
      const text = textOf(value);
      return digits === undefined ? text : [...text].slice(0, digits).join('');
    }
    case 'q':
      return jsonOf(textOf(value));
    case 't':
      return String(truthOf(value));
    case 'd':
      return signed(whole(value).toString());
    case 'b':
      return signed(whole(value).toString(2));
    case 'o':
      return signed(whole(value).toString(8));
    case 'x':
      return signed(whole(value).toString(16));
    case 'X':
      return signed(whole(value).toString(16).toUpperCase());
    case 'f':
    case 'F':
      return signed(numberOf(value).toFixed(digits ?? 6));
    case 'e':
      return signed(exponential(numberOf(value), digits));
    case 'g':
      return signed(textOf(numberOf(value)));
    default:
      throw new Error(`unsupported format verb ${verb}`);
  }
}

function whole(value: Value): bigint {
  return BigInt(Math.trunc(numberOf(value)));
}

function exponential(number: number, digits = 6): string {
  return number.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2');
}

function padded(text: string, { flags, width, isNumber }: { flags: string; width: number; isNumber: boolean }): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0') || !isNumber) return text.padStart(width);
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}
