// `__complete`: which words may stand where the cursor is.

import { ownEntry } from '../../lib/own-entry.ts';
import type { Command } from '../command.ts';
import { childrenOf, findCommand, findGroup, groupNames, topLevelEntries } from '../command-tree.ts';
import { createContext } from '../context.ts';
import { type GlobalOptions, globalFlags } from '../global-flags.ts';
import type { Flag, FlagSet } from '../grammar/flag.ts';
import { parseFlags } from '../grammar/parse-flags.ts';
import type { Io } from '../io.ts';
import { argumentWords } from './argument-words.ts';
import { type Completion, noWords, type Word } from './completion.ts';
import { flagWords } from './flag-words.ts';

/** Bits of the last line, by cobra's numbers. */
const directives = { none: 0, noFiles: 4 } as const;

/** Prints what may stand for the last of `argv`; a daemon that does not answer has no names to offer. */
export async function runComplete(argv: readonly string[], io: Io, descriptions: boolean): Promise<number> {
  const current = argv.at(-1) ?? '';
  const completion = await complete(argv.slice(0, -1), current, io).catch(() => noWords);
  const fitting = completion.words.filter(({ value }) => value.startsWith(current));
  const lines = fitting.map(({ value, meaning }) => (descriptions && meaning ? `${value}\t${meaning}` : value));
  const directive = completion.files ? directives.none : directives.noFiles;
  io.stdout.write([...lines, `:${directive}\n`].join('\n'));
  const name = completion.files ? 'ShellCompDirectiveDefault' : 'ShellCompDirectiveNoFileComp';
  io.stderr.write(`Completion ended with directive: ${name}\n`);
  return 0;
}

async function complete(before: readonly string[], current: string, io: Io): Promise<Completion> {
  const globals = globalFlags();
  const start = skipFlags(before, globals);
  const options = parseFlags(before.slice(0, start), globals, { interspersed: false }).flags as GlobalOptions;
  const words = before.slice(start);
  if (words.length === 0)
    return await flagOrElse(before, current, { flags: globals, io, options }, () => commandWords());
  const found = findCommand(words);
  if (!found) {
    const called = findGroup(words);
    const group = called?.name === words.join(' ') ? called : undefined;
    if (!group) return noWords;
    return {
      words: childrenOf(group.name).map(({ name, entry }) => word(name, entry.short)),
      files: false,
    };
  }
  const definition = await found.entry.load?.();
  if (!definition) return noWords;
  const rest = words.slice(found.length);
  const scene = { flags: definition.flags, io, options };
  const { path } = found.entry;
  return await flagOrElse(
    rest,
    current,
    scene,
    async () => {
      const args = positional(rest, definition);
      return await argumentWords(path, args, createContext(io, options, path));
    },
    definition.interspersed ?? true,
  );
}

interface Scene {
  readonly flags: FlagSet;
  readonly io: Io;
  readonly options: GlobalOptions;
}

/** The value of a flag, a flag, or what `otherwise` offers. */
async function flagOrElse(
  before: readonly string[],
  current: string,
  { flags, io, options }: Scene,
  otherwise: () => Completion | Promise<Completion>,
  interspersed = true,
): Promise<Completion> {
  const context = createContext(io, options, '');
  const ended = before.includes('--') || (!interspersed && skipFlags(before, flags) < before.length);
  if (ended) return await otherwise();
  const pending = pendingFlag(before, flags);
  if (pending) return await flagWords(pending, context);
  const assigned = /^--([^=]+)=(.*)$/.exec(current);
  if (assigned) {
    const [, name = ''] = assigned;
    if (!Object.hasOwn(flags, name)) return noWords;
    const { words, files } = await flagWords(name, context);
    return { words: words.map(({ value, meaning }) => word(`--${name}=${value}`, meaning)), files };
  }
  return current.startsWith('-') ? flagNames(flags) : await otherwise();
}

function flagNames(flags: FlagSet): Completion {
  const shown = Object.entries(flags).filter(([, flag]) => !flag.hidden);
  const words = shown.flatMap(([name, flag]) => [
    word(`--${name}`, firstLine(flag.usage)),
    ...(flag.short ? [word(`-${flag.short}`, firstLine(flag.usage))] : []),
  ]);
  return {
    words: [...words, word('--help', 'Print usage')].sort((a, b) => (a.value < b.value ? -1 : 1)),
    files: false,
  };
}

function commandWords(): Completion {
  const entries = topLevelEntries().map(({ name, entry }) => word(name, entry.short));
  const groups = groupNames().map(({ name, short }) => word(name, short));
  const words = [...entries, ...groups, word('help', 'Help about the command')];
  return { words: words.sort((a, b) => (a.value < b.value ? -1 : 1)), files: false };
}

/** How many of `words` are flags and their values, up to the first that is neither. */
function skipFlags(words: readonly string[], flags: FlagSet): number {
  let at = 0;
  while (at < words.length && words[at]!.startsWith('-') && words[at] !== '-') {
    at += words[at] === '--' ? 1 : takesNext(words[at]!, flags) ? 2 : 1;
  }
  return Math.min(at, words.length);
}

/** The arguments among `words`. */
function positional(words: readonly string[], { flags, interspersed = true }: Command): string[] {
  const args: string[] = [];
  for (let at = 0; at < words.length; ) {
    const skipped = skipFlags(words.slice(at), flags);
    at += skipped;
    if (at >= words.length) break;
    if (!interspersed) return [...args, ...words.slice(at)];
    args.push(words[at++]!);
  }
  return args;
}

/** The flag whose value is typed, if the last word of `before` is one that needs one. */
function pendingFlag(before: readonly string[], flags: FlagSet): string | undefined {
  const last = before.at(-1);
  if (last === undefined || !takesNext(last, flags)) return undefined;
  const consumed = skipFlags(before.slice(0, -1).slice(-1), flags);
  return consumed === 2 ? undefined : flagOf(last, flags)?.name;
}

function takesNext(text: string, flags: FlagSet): boolean {
  const found = flagOf(text, flags);
  return found !== undefined && !text.includes('=') && found.flag.implied === undefined && found.complete;
}

/** The flag that a word ends with; `complete` when its value is not in the same word. */
function flagOf(text: string, flags: FlagSet): { name: string; flag: Flag<unknown>; complete: boolean } | undefined {
  if (text.startsWith('--')) {
    const name = text.slice(2).split('=')[0] ?? '';
    const flag = ownEntry(flags, name);
    return flag && { name, flag, complete: true };
  }
  if (!/^-[^-]/.test(text)) return undefined;
  for (let at = 1; at < text.length; at++) {
    const entry = Object.entries(flags).find(([, flag]) => flag.short === text[at]);
    if (!entry) return undefined;
    if (entry[1].implied === undefined) return { name: entry[0], flag: entry[1], complete: at === text.length - 1 };
  }
  return undefined;
}

const word = (value: string, meaning: string): Word => ({ value, meaning });
const firstLine = (text: string) => text.split('\n')[0] ?? '';
