// Typed values out of a configuration file; what is wrong is named by its place in the file.

import { errorMessage, invalid } from '../../../lib/errors.ts';
import { ownEntry } from '../../../lib/own-entry.ts';
import { parseDuration } from '../../../lib/text/duration.ts';
import { nearest, suggestion } from '../../../lib/text/suggestion.ts';

/** One mapping of the file. Each reader throws `invalid` naming the key; `done` refuses keys that nobody read. */
export class Section {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #where: string;
  readonly #read = new Set<string>();

  /** `where` names the mapping in messages; empty for the whole file. Undefined counts as an empty one. */
  constructor(value: unknown, where: string) {
    if (value !== undefined && value !== null && (typeof value !== 'object' || Array.isArray(value))) {
      throw invalid(`${where || 'the file'}: expected a mapping`);
    }
    this.#values = (value ?? {}) as Record<string, unknown>;
    this.#where = where;
  }

  has(key: string): boolean {
    return this.#take(key) !== undefined;
  }

  string(key: string): string | undefined {
    const value = this.#take(key);
    if (value !== undefined && typeof value !== 'string') throw this.#refuse(key, 'expected a string');
    return value;
  }

  bool(key: string): boolean | undefined {
    const value = this.#take(key);
    if (value !== undefined && typeof value !== 'boolean') throw this.#refuse(key, 'expected true or false');
    return value;
  }

  count(key: string): number | undefined {
    const value = this.#take(key);
    if (value !== undefined && (!Number.isSafeInteger(value) || (value as number) < 0)) {
      throw this.#refuse(key, 'expected a whole number');
    }
    return value as number | undefined;
  }

  /** Milliseconds: `90s`, `1h30m`, `7d`. */
  duration(key: string): number | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    if (value === 0) return 0;
    if (typeof value !== 'string') throw this.#refuse(key, 'expected a duration such as "90s", "12h" or "30d"');
    try {
      return parseTime(value);
    } catch (error) {
      throw this.#refuse(key, errorMessage(error));
    }
  }

  /** A list of strings; one string counts as a list of one. */
  strings(key: string): string[] | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    const list: unknown[] = Array.isArray(value) ? value : [value];
    const wrong = list.find(item => typeof item !== 'string');
    if (typeof wrong === 'number') throw this.#refuse(key, `${wrong} is a number: write "${wrong}"`);
    if (wrong !== undefined) throw this.#refuse(key, 'expected a list of strings');
    return list as string[];
  }

  /** A list of words out of a closed set. */
  words<T extends string>(key: string, allowed: readonly T[]): T[] | undefined {
    const list = this.strings(key);
    if (list?.length === 0) throw this.#refuse(key, `expected at least one of ${allowed.join(', ')}`);
    const wrong = list?.find(word => !allowed.includes(word as T));
    if (wrong !== undefined) throw this.#refuse(key, `"${wrong}" is none of ${allowed.join(', ')}`);
    return list as T[] | undefined;
  }

  section(key: string): Section {
    return new Section(this.#take(key), this.#name(key));
  }

  /** A list of mappings; none when the key is missing. */
  sections(key: string): Section[] {
    const value = this.#take(key);
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.#refuse(key, 'expected a list');
    return value.map((item, index) => new Section(item, `${this.#name(key)}[${index}]`));
  }

  /** Every key and its value, which must be strings (or lists of them, each made one). */
  stringMap(key: string): Record<string, string> {
    const section = this.section(key);
    return Object.fromEntries(section.keys().map(name => [name, section.string(name) ?? '']));
  }

  keys(): string[] {
    return Object.keys(this.#values);
  }

  /** Throws `invalid` for a key that must be there, with something in it. */
  required<T>(key: string, value: T | undefined): T {
    if (value !== undefined && (value as { length?: number }).length !== 0) return value;
    const like = nearest(key, this.keys());
    const instead = value === undefined && like !== undefined ? ` (there is ${this.#name(like)})` : '';
    throw this.#refuse(key, value === undefined ? `is missing${instead}` : 'is empty');
  }

  /** Throws `invalid` for a value that cannot be. */
  refuse(key: string, why: string): never {
    throw this.#refuse(key, why);
  }

  /** Call it last. */
  done(): void {
    const unknown = this.keys().filter(key => !this.#read.has(key));
    if (unknown.length === 0) return;
    const meant = unknown.map(key => `${this.#name(key)}${suggestion(key, this.#read)}`);
    const alone = unknown.every(key => suggestion(key, this.#read) === '');
    const known = alone ? `: expected ${[...this.#read].sort().join(', ')}` : '';
    throw invalid(`unknown key: ${meant.join(', ')}${known}`);
  }

  #take(key: string): unknown {
    this.#read.add(key);
    return ownEntry(this.#values, key) ?? undefined;
  }

  #name(key: string): string {
    return this.#where === '' ? key : `${this.#where}.${key}`;
  }

  #refuse(key: string, why: string): Error {
    return invalid(`${this.#name(key)}: ${why}`);
  }
}

/** Milliseconds of a duration in Go's notation, or in days (`30d`); never less than none. Throws `invalid`. */
function parseTime(text: string): number {
  const days = /^(\d+)d$/.exec(text);
  if (days) return Number(days[1]) * 86_400_000;
  const milliseconds = text === '0' ? 0 : parseDuration(text) / 1_000_000;
  if (milliseconds < 0) throw invalid(`${text} is before now`);
  return milliseconds;
}

/** The same for a flag, which is named in what is thrown. */
export function flagTime(flag: string, text: string): number {
  try {
    return parseTime(text);
  } catch (error) {
    throw invalid(`invalid argument ${JSON.stringify(text)} for "--${flag}": ${errorMessage(error)}`, error);
  }
}
