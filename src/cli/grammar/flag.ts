// What a flag is, and the sets a command declares them in.

import { parseGoBool } from '../../lib/text/go-values.ts';

/** One flag of a command. Values are immutable: `parse` returns the new one, made from the text and the value before. */
export interface Flag<T> {
  /** The word that stands for its value in help (`list`, `bytes`); '' for a switch. */
  readonly type: string;
  readonly usage: string;
  readonly short?: string;
  /** Other long names it answers to, which help does not show. */
  readonly aliases?: readonly string[];
  readonly initial: T;
  /** The default as help shows it, when it is worth showing. */
  readonly shownDefault?: string;
  /** The value meant by the bare flag; without it the flag needs an argument. */
  readonly implied?: string;
  readonly hidden?: boolean;
  /** Throws a plain Error that says what is wrong with `text`. */
  parse(text: string, previous: T): T;
}

// biome-ignore lint/suspicious/noExplicitAny: a flag is invariant in its value, so only `any` admits every one of them.
export type FlagSet = Record<string, Flag<any>>;

/** The values of a set, by flag name. */
export type FlagValues<F extends FlagSet> = { readonly [K in keyof F]: F[K]['initial'] };

/** What may be said of a flag besides its type and usage. */
export interface FlagOptions {
  short?: string;
  aliases?: readonly string[];
  hidden?: boolean;
}

/** A flag without value: `--tty`, `--tty=false`. */
export function bool(usage: string, options: FlagOptions & { initial?: boolean } = {}): Flag<boolean> {
  const { initial = false, ...rest } = options;
  return {
    type: '',
    usage,
    ...rest,
    initial,
    implied: 'true',
    shownDefault: initial ? 'true' : undefined,
    parse: parseBool,
  };
}

/** A flag with one text; given again, the last one counts. */
export function string(usage: string, options: FlagOptions & { initial?: string; type?: string } = {}): Flag<string> {
  const { initial = '', type = 'string', ...rest } = options;
  return {
    type,
    usage,
    ...rest,
    initial,
    shownDefault: initial === '' ? undefined : JSON.stringify(initial),
    parse: text => text,
  };
}

/** A flag whose text is read by `read`; given again, the last one counts. */
export function custom<T>(
  type: string,
  usage: string,
  options: FlagOptions & { initial: T; read: (text: string) => T; shownDefault?: string },
): Flag<T> {
  const { read, ...rest } = options;
  return { type, usage, ...rest, parse: text => read(text) };
}

/** A flag that may be repeated; `read` checks each text and may rewrite it. */
export function list<T = string>(
  usage: string,
  options: FlagOptions & { type?: string; read?: (text: string) => T; shownDefault?: string } = {},
): Flag<readonly T[]> {
  const { read = (text: string) => text as T, type = 'list', ...rest } = options;
  return { type, usage, ...rest, initial: [], parse: (text, previous) => [...previous, read(text)] };
}

/** A repeated `key=value` flag. */
export function map(
  usage: string,
  options: FlagOptions & { check?: (text: string) => string } = {},
): Flag<Readonly<Record<string, string>>> {
  const { check = (text: string) => text, ...rest } = options;
  return {
    type: 'map',
    usage,
    ...rest,
    initial: {},
    shownDefault: 'map[]',
    parse(text, previous) {
      const checked = check(text);
      const equals = checked.indexOf('=');
      return equals < 0
        ? { ...previous, [checked]: '' }
        : { ...previous, [checked.slice(0, equals)]: checked.slice(equals + 1) };
    },
  };
}

/** Go's strconv.ParseBool; throws a plain Error in its words. */
export function parseBool(text: string): boolean {
  const parsed = parseGoBool(text);
  if (parsed !== undefined) return parsed;
  throw new Error(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}
