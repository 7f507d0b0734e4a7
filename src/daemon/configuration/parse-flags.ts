// The daemon's command line.

import { invalid } from '../../lib/errors.ts';
import { parseRamBytes } from '../../lib/text/units.ts';
import { ignoredOptions, refusedOptions } from './foreign-options.ts';
import { type DaemonOption, daemonOptions, optionKey } from './options.ts';

/** Values by daemon.json key. Maps are objects, lists arrays. */
export type OptionValues = Record<string, unknown>;

/** Everything dockerd understands. */
export const allOptions: readonly DaemonOption[] = [...daemonOptions, ...ignoredOptions, ...refusedOptions];

/** Throws `invalid` naming the flag. */
export function parseDaemonFlags(argv: readonly string[]): OptionValues {
  const { values, args } = parseFlags(argv, allOptions);
  if (args[0] !== undefined) throw invalid(`unexpected argument: ${args[0]}`);
  return values;
}

/** Tells flags from arguments; what follows `--` are arguments. Throws `invalid` naming the flag. */
export function parseFlags(
  argv: readonly string[],
  options: readonly DaemonOption[],
): { values: OptionValues; args: string[] } {
  const values: OptionValues = {};
  const args: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === '--') {
      args.push(...argv.slice(i + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      args.push(word);
      continue;
    }
    const { option, inline, shown } = findOption(word, options);
    if (option.kind === 'bool') {
      setValue(values, option, inline ?? 'true', shown);
      continue;
    }
    const text = inline ?? argv[++i];
    if (text === undefined) throw invalid(`flag needs an argument: ${shown}`);
    setValue(values, option, text, shown);
  }
  return { values, args };
}

function findOption(
  word: string,
  options: readonly DaemonOption[],
): { option: DaemonOption; inline: string | undefined; shown: string } {
  const long = word.startsWith('--');
  const equals = word.indexOf('=');
  const name = word.slice(long ? 2 : 1, equals < 0 ? undefined : equals);
  if (long) {
    const option = options.find(candidate => candidate.flag === name);
    if (!option) throw invalid(`unknown flag: --${name}`);
    return { option, inline: equals < 0 ? undefined : word.slice(equals + 1), shown: `--${name}` };
  }
  // `-Hunix://…` and `-H unix://…`
  const option = options.find(candidate => candidate.short === name[0]);
  if (!option) throw invalid(`unknown shorthand flag: '${name[0]}' in ${word}`);
  const rest = word.slice(2).replace(/^=/, '');
  return { option, inline: rest === '' ? undefined : rest, shown: `-${name[0]}` };
}

/** `soft[:hard]` as daemon.json has it. */
function limit(text: string, refuse: (what: string) => Error): { Soft: number; Hard: number } {
  const match = /^(-?\d+)(?::(-?\d+))?$/.exec(text);
  if (!match) throw refuse('expected name=soft[:hard]');
  return { Soft: Number(match[1]), Hard: Number(match[2] ?? match[1]) };
}

/** A value of a map that flags fill, as daemon.json has it. */
function mapEntry(key: string, value: string, refuse: (what: string) => Error): unknown {
  if (key === 'runtimes') return { path: value };
  if (key === 'default-ulimits') return limit(value, refuse);
  if (key !== 'features') return value;
  if (!bool.test(value)) throw refuse('expected name[=true|false]');
  return isOn.test(value);
}

const bool = /^(true|false|1|0|t|f)$/i;
const isOn = /^(true|1|t)$/i;

function setValue(values: OptionValues, option: DaemonOption, text: string, shown: string): void {
  const key = optionKey(option);
  const refuse = (what: string) => invalid(`invalid argument "${text}" for "${shown}" flag: ${what}`);
  switch (option.kind) {
    case 'string':
      values[key] = text;
      break;
    case 'bool':
      if (!bool.test(text)) throw refuse('expected true or false');
      values[key] = isOn.test(text);
      break;
    case 'int':
      if (!/^-?\d+$/.test(text)) throw refuse('expected a number');
      values[key] = Number(text);
      break;
    case 'size':
      try {
        values[key] = parseRamBytes(text);
      } catch (error) {
        throw refuse(error instanceof Error ? error.message : String(error));
      }
      break;
    case 'list':
      values[key] = [...((values[key] as string[] | undefined) ?? []), text];
      break;
    case 'map': {
      // A feature that is only named is on.
      const pair = key === 'features' && !text.includes('=') ? `${text}=true` : text;
      const equals = pair.indexOf('=');
      if (equals <= 0) throw refuse('expected name=value');
      const entry = mapEntry(key, pair.slice(equals + 1), refuse);
      values[key] = { ...(values[key] as object | undefined), [pair.slice(0, equals)]: entry };
    }
  }
}
