// From arguments to exit code: global flags, the command, its flags, and what is printed when it fails.

import { buildInfo } from '../lib/build-info.ts';
import type { Command } from './command.ts';
import { childrenOf, commandEntries, findCommand, findGroup, groupNames, topLevelEntries } from './command-tree.ts';
import { createContext, describeFailure } from './context.ts';
import { ExitError } from './failure.ts';
import { type GlobalOptions, globalFlags } from './global-flags.ts';
import { FlagError, parseFlags } from './grammar/parse-flags.ts';
import { nearest } from './grammar/suggest.ts';
import { commandHelp, groupHelp, programHelp, usageLine } from './help.ts';
import { configFolder } from './host/client-config.ts';
import type { Io } from './io.ts';

/** Exit code for arguments that cannot be understood. */
const usageExitCode = 125;

/**
 * Runs one command line (`argv` without the program's name) and returns its exit code. All output is written when it
 * resolves. It does not end the process.
 */
export async function runCli(argv: string[], io: Io): Promise<number> {
  let code: number;
  try {
    code = await dispatch(argv, io);
  } catch (error) {
    // On a terminal both are one: what went before stands before.
    await io.stdout.flush();
    code = report(error, io);
  }
  io.stdin.stop();
  await Promise.all([io.stdout.flush(), io.stderr.flush()]);
  return code;
}

/** All commands by every name they go by: `container run`, `run`, `image ls`, ... */
export function commandNames(): string[] {
  return commandEntries.flatMap(({ path, aliases = [] }) => [path, ...aliases]).sort();
}

function report(error: unknown, io: Io): number {
  const message = describeFailure(error);
  if (message !== '') io.stderr.write(`${message.replace(/\n?$/, '\n')}`);
  return error instanceof ExitError ? error.code : 1;
}

async function dispatch(argv: string[], io: Io): Promise<number> {
  const parsed = parseGlobal(argv, io);
  const [name] = parsed.args;
  if (parsed.flags.version) {
    // Tools read the version out of this sentence.
    const program = io.program === 'docker' ? 'Docker' : 'Berth';
    io.stdout.write(`${program} version ${buildInfo.version}, build ${buildInfo.commit}\n`);
    return 0;
  }
  if (name === undefined || (name === 'help' && parsed.args.length === 1)) {
    // As with groups: who names no command has made a mistake, unless it is help that was asked for.
    const asked = name === 'help' || parsed.help;
    (asked ? io.stdout : io.stderr).write(programHelp(io, configFolder(io, parsed.flags)));
    return 0;
  }
  if (parsed.help) return help(parsed.args, io, parsed.flags);
  if (name === 'help') return help(parsed.args.slice(1), io, parsed.flags);
  if (name === '__complete' || name === '__completeNoDesc') {
    const { runComplete } = await import('./completion/complete.ts');
    // Options before the word count as if they stood in the line.
    const before = argv.slice(0, argv.length - parsed.args.length);
    return await runComplete([...before, ...parsed.args.slice(1)], io, name === '__complete');
  }
  const found = findCommand(parsed.args);
  if (found) {
    const rest = parsed.args.slice(found.length);
    return await call(found.path, rest, { io, options: parsed.flags });
  }
  return group(parsed.args, io);
}

function parseGlobal(argv: string[], io: Io) {
  try {
    return parseFlags(argv, globalFlags(), { interspersed: false });
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    const usage = `Usage:  ${io.program} [OPTIONS] COMMAND [ARG...]\n\nRun '${io.program} --help' for more information`;
    throw new ExitError(usageExitCode, `${withSuggestion(error)}\n\n${usage}\n`);
  }
}

function help(words: string[], io: Io, options: GlobalOptions): Promise<number> | number {
  const found = findCommand(words);
  if (found) return call(found.path, ['--help'], { io, options });
  return words.length === 0
    ? dispatch(['help'], io)
    : group([...(findGroup(words)?.name.split(' ') ?? [words[0]!]), '--help'], io);
}

/** A word that is no command by itself: a group, or a mistake. */
function group(words: string[], io: Io): number {
  const found = findGroup(words);
  const child = words[found?.name.split(' ').length ?? 1];
  if (found && (child === undefined || child.startsWith('-'))) {
    // Who asked for a command and named none has made a mistake; who asked for help has not.
    (child === undefined ? io.stderr : io.stdout).write(groupHelp(io, found));
    return 0;
  }
  const path = found ? `${io.program} ${found.name}` : io.program;
  const wrong = found ? child! : words[0]!;
  const known = found
    ? childrenOf(found.name).map(({ name }) => name)
    : [...topLevelEntries().map(({ name }) => name), ...groupNames().map(({ name }) => name)];
  const [near] = nearest(wrong, known);
  const sections = [
    `${io.program}: unknown command: ${path} ${wrong}`,
    ...(near ? [`Did you mean '${path} ${near}'?`] : []),
    ...(found ? [`Usage:  ${path}`] : []),
    `Run '${path} --help' for more information`,
  ];
  throw new ExitError(1, sections.join('\n\n'));
}

async function call(
  path: string,
  argv: string[],
  { io, options }: { io: Io; options: GlobalOptions },
): Promise<number> {
  const { entry } = findCommand(path.split(' '))!;
  if (!entry.load) {
    io.stdout.write(`${entry.short}\n\nRun '${io.program} ${path} --help' for more information\n`);
    return 0;
  }
  const definition = await entry.load();
  const parsed = parseCommand(definition, argv, { io, path });
  if (parsed.help) {
    io.stdout.write(commandHelp(io, entry, path, definition));
    return 0;
  }
  const problem = definition.args(parsed.args.length);
  if (problem !== undefined) {
    const see = /^requires at least \d+ arguments?$/.test(problem) ? 'See' : 'Run';
    const usage = `Usage:  ${usageLine(io, path, definition)}\n\n${see} '${io.program} ${path} --help' for more information`;
    throw new ExitError(1, `${io.program}: '${io.program} ${path}' ${problem}\n\n${usage}`);
  }
  const { flags, changed, args } = parsed;
  return await definition.run(createContext(io, options, path), { flags, changed, args });
}

function parseCommand(definition: Command, argv: string[], { io, path }: { io: Io; path: string }) {
  try {
    return parseFlags(argv, definition.flags, { interspersed: definition.interspersed ?? true });
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    const usage = `Usage:  ${usageLine(io, path, definition)}\n\nRun '${io.program} ${path} --help' for more information`;
    throw new ExitError(usageExitCode, `${withSuggestion(error)}\n\n${usage}`);
  }
}

function withSuggestion(error: FlagError): string {
  return error.suggestion ? `${error.message}\n\nDid you mean ${error.suggestion}?` : error.message;
}
