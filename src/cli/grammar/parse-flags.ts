// Reads a command's arguments with the grammar of Docker's flags (spf13/pflag).

import { ownEntry } from '../../lib/own-entry.ts';
import type { Flag, FlagSet, FlagValues } from './flag.ts';
import { nearestFlags } from './suggest.ts';

/** Arguments a command cannot be called with: shown with its usage, exit code 125. */
export class FlagError extends Error {
  /** What the user may have meant: `--rm`. */
  readonly suggestion: string | undefined;

  constructor(message: string, suggestion?: string) {
    super(message);
    this.suggestion = suggestion;
  }
}

interface ParsedFlags<F extends FlagSet> {
  flags: FlagValues<F>;
  /** Whether the flag stood in the arguments, whatever its value. */
  changed(name: keyof F & string): boolean;
  args: string[];
  /** `--help` was asked for; nothing else was checked. */
  help: boolean;
}

/**
 * Reads `argv`. With `interspersed` flags may follow arguments; without, the first argument ends them (`run IMAGE -x`).
 * `--` always ends them. Throws FlagError with pflag's wording.
 */
export function parseFlags<F extends FlagSet>(
  argv: string[],
  set: F,
  options: { interspersed: boolean },
): ParsedFlags<F> {
  const reader = new Reader(set);
  reader.read(argv, options.interspersed);
  return {
    flags: reader.values as FlagValues<F>,
    changed: name => reader.changed.has(name),
    args: reader.args,
    help: reader.help,
  };
}

class Reader {
  readonly values: Record<string, unknown> = {};
  readonly changed = new Set<string>();
  readonly args: string[] = [];
  help = false;
  readonly #set: FlagSet;
  #rest: string[] = [];

  constructor(set: FlagSet) {
    this.#set = set;
    for (const [name, flag] of Object.entries(set)) this.values[name] = flag.initial;
  }

  read(argv: string[], interspersed: boolean): void {
    this.#rest = [...argv];
    for (let arg = this.#rest.shift(); arg !== undefined && !this.help; arg = this.#rest.shift()) {
      if (arg === '--') return void this.args.push(...this.#rest);
      if (!arg.startsWith('-') || arg === '-') {
        this.args.push(arg);
        if (!interspersed) return void this.args.push(...this.#rest);
      } else if (arg.startsWith('--')) {
        this.#long(arg);
      } else {
        this.#short(arg);
      }
    }
  }

  #long(arg: string): void {
    const equals = arg.indexOf('=');
    const name = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
    if (name === '' || name.startsWith('-')) throw new FlagError(`bad flag syntax: ${arg}`);
    const found = this.#find(name);
    if (!found) {
      if (name === 'help') return void (this.help = true);
      throw new FlagError(`unknown flag: --${name}`, nearestFlags(name, this.#set)[0]);
    }
    if (equals >= 0) return void this.#assign(found, arg.slice(equals + 1));
    if (found.flag.implied !== undefined) return void this.#assign(found, found.flag.implied);
    const value = this.#rest.shift();
    if (value === undefined) throw new FlagError(`flag needs an argument: ${arg}`);
    this.#assign(found, value);
  }

  #short(arg: string): void {
    for (let letters = arg.slice(1); letters !== ''; ) {
      const letter = letters[0]!;
      const found = this.#findShort(letter);
      if (!found) {
        if (letter === 'h') return void (this.help = true);
        throw new FlagError(
          `unknown shorthand flag: '${letter}' in -${letters}`,
          nearestFlags(arg.slice(1), this.#set)[0],
        );
      }
      const rest = letters;
      letters = letters.slice(1);
      if (letters.startsWith('=')) return void this.#assign(found, letters.slice(1));
      if (found.flag.implied !== undefined) {
        this.#assign(found, found.flag.implied);
        continue;
      }
      const value = letters === '' ? this.#rest.shift() : letters;
      if (value === undefined) throw new FlagError(`flag needs an argument: '${letter}' in -${rest}`);
      return void this.#assign(found, value);
    }
  }

  #find(name: string): Found | undefined {
    const flag = ownEntry(this.#set, name);
    if (flag) return { name, shown: name, flag };
    const aliased = Object.entries(this.#set).find(([, candidate]) => candidate.aliases?.includes(name));
    return aliased && { name: aliased[0], shown: name, flag: aliased[1] };
  }

  #findShort(letter: string): Found | undefined {
    const entry = Object.entries(this.#set).find(([, flag]) => flag.short === letter);
    return entry && { name: entry[0], shown: entry[0], flag: entry[1] };
  }

  #assign({ name, shown, flag }: Found, text: string): void {
    try {
      this.values[name] = flag.parse(text, this.values[name]);
    } catch (error) {
      const label = flag.short && shown === name ? `-${flag.short}, --${shown}` : `--${shown}`;
      throw new FlagError(`invalid argument ${JSON.stringify(text)} for "${label}" flag: ${(error as Error).message}`);
    }
    this.changed.add(name);
  }
}

interface Found {
  name: string;
  /** The name it was called by: its own or an alias. */
  shown: string;
  flag: Flag<unknown>;
}
