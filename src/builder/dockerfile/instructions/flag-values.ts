// Flags of an instruction against the flags it takes.
import { invalid } from '../../../lib/errors.ts';
import { ownEntry } from '../../../lib/own-entry.ts';
import { suggestion } from '../../../lib/text/suggestion.ts';

type FlagKind = 'boolean' | 'string' | 'strings';
type FlagValue<K extends FlagKind> = K extends 'boolean' ? boolean : K extends 'string' ? string : readonly string[];
export type FlagValues<S extends Readonly<Record<string, FlagKind>>> = { readonly [N in keyof S]?: FlagValue<S[N]> };

/**
 * The values of `--name=value` words by the names of `spec`; what was not given is undefined. Throws `invalid` with
 * BuildKit's words for an unknown or repeated flag and a missing or bad value.
 */
export function parseFlags<const S extends Readonly<Record<string, FlagKind>>>(
  flags: readonly string[],
  spec: S,
): FlagValues<S> {
  const values: Record<string, boolean | string | string[]> = {};
  for (const flag of flags) {
    const at = flag.indexOf('=');
    const name = flag.slice(2, at < 0 ? undefined : at);
    const value = at < 0 ? undefined : flag.slice(at + 1);
    const kind = ownEntry(spec, name);
    if (kind === undefined) throw invalid(`unknown flag: --${name}${suggestion(name, Object.keys(spec))}`);
    const known = values[name];
    if (known !== undefined && kind !== 'strings') throw invalid(`duplicate flag specified: --${name}`);
    if (kind === 'boolean') values[name] = parseBoolean(name, value);
    else if (value === undefined) throw invalid(`missing a value on flag: --${name}`);
    else values[name] = kind === 'string' ? value : [...(Array.isArray(known) ? known : []), value];
  }
  return values as FlagValues<S>;
}

function parseBoolean(name: string, value: string | undefined): boolean {
  if (value === undefined) return true;
  if (value === '') throw invalid(`missing a value on flag: --${name}`);
  const lower = value.toLowerCase();
  if (lower !== 'true' && lower !== 'false') {
    throw invalid(`expecting boolean value for flag --${name}, not: ${value}`);
  }
  return lower === 'true';
}
