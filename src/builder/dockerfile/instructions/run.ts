// RUN and what its command line becomes.
import { invalid } from '../../../lib/errors.ts';
import { quoteGo } from '../../../lib/template/quote.ts';
import { parseGoBool } from '../../../lib/text/go-values.ts';
import { suggestion } from '../../../lib/text/suggestion.ts';
import { heredocText, parseHeredoc } from '../source/heredoc.ts';
import type { Statement } from '../source/statement.ts';
import type { CommandLine, InstructionBase, RunDevice, RunInstruction } from '../syntax.ts';
import { csvFields } from './csv.ts';
import { parseFlags } from './flag-values.ts';
import { checkMountFlag } from './run-mount.ts';

const networks = ['default', 'none', 'host'] as const;
/** What runs a shell form where the image has no SHELL. */
const defaultShell = ['/bin/sh', '-c'];
const securities = ['sandbox', 'insecure'] as const;

/** RUN; throws `invalid`. The options of its mounts are looked at when their variables have values. */
export function parseRun(statement: Statement, base: InstructionBase): RunInstruction {
  const flags = parseFlags(statement.flags, {
    mount: 'strings',
    network: 'string',
    security: 'string',
    device: 'strings',
  });
  const mountFlags = flags.mount ?? [];
  for (const flag of mountFlags) checkMountFlag(flag);
  const { json, words, heredocs } = statement;
  return {
    kind: 'run',
    ...base,
    command: { form: json ? 'exec' : 'shell', words, heredocs },
    mountFlags,
    mounts: [],
    network: mode(networks, flags.network ?? 'default', 'network'),
    security: mode(securities, flags.security ?? 'sandbox', 'security'),
    devices: (flags.device ?? []).map(parseDevice),
  };
}

/** What a shell or exec form runs, and a file that must be there for it. */
interface RunArguments {
  readonly args: readonly string[];
  /** A here-document with a `#!` line: a file of mode 0755, read-only at this absolute path and never in a layer. */
  readonly script?: { readonly path: string; readonly content: string };
}

/** The process of a RUN step; `ownShell` is the image's SHELL. Throws `invalid` for an empty JSON list. */
export function runArguments(command: CommandLine, ownShell: readonly string[] = []): RunArguments {
  const { form, words, heredocs } = command;
  const shell = ownShell.length > 0 ? ownShell : defaultShell;
  if (form === 'exec') {
    if (words.length === 0) throw invalid('failed to marshal LLB definition: arguments are required');
    return { args: words };
  }
  const line = words.join(' ');
  const [first] = heredocs;
  if (first === undefined) return { args: [...shell, line] };
  if (parseHeredoc(line) === undefined) {
    // The shell itself has to make sense of it.
    return { args: [...shell, line + heredocs.map(({ content, name }) => `\n${content}${name}`).join('')] };
  }
  const content = heredocText(first);
  if (!first.content.startsWith('#!')) return { args: [...shell, content] };
  const path = `/dev/pipes/${first.name}`;
  return { args: [...shell, path], script: { path, content } };
}

/** ` (first line...)` of a here-document that is the whole command; progress shows it behind `RUN <<EOF`. */
export function heredocSummary({ words, heredocs }: CommandLine): string {
  const [first] = heredocs;
  if (first === undefined || parseHeredoc(words.join(' ')) === undefined) return '';
  const lines = first.content.trim().split(/\r?\n/);
  return ` (${lines[0]}${lines.length > 1 ? '...' : ''})`;
}

function mode<T extends string>(allowed: readonly T[], value: string, what: string): T {
  const found = allowed.find(item => item === value.toLowerCase());
  if (found === undefined) throw invalid(`invalid ${what} mode ${quoteGo(value)}`);
  return found;
}

function parseDevice(flag: string): RunDevice {
  let name: string | undefined;
  let required = false;
  for (const field of csvFields(flag, 'failed to parse csv devices')) {
    const at = field.indexOf('=');
    const key = (at < 0 ? field : field.slice(0, at)).toLowerCase();
    const value = at < 0 ? undefined : field.slice(at + 1);
    if (key === 'required') required = value === undefined || requiredValue(value);
    else if (value === undefined) {
      if (name !== undefined) throw invalid(`invalid field '${field}' must be a key=value pair`);
      name = field;
    } else if (key === 'name') {
      if (name !== undefined) throw invalid(`device name already set to ${name}`);
      name = value;
    } else throw invalid(`unexpected key '${key}' in '${field}'${suggestion(key, ['name', 'required'])}`);
  }
  return { name: name ?? '', required };
}

function requiredValue(value: string): boolean {
  const result = parseGoBool(value);
  if (result === undefined) throw invalid(`invalid value for required: ${value}`);
  return result;
}
