// Help texts, laid out as Docker's.

import type { Command } from './command.ts';
import type { CommandEntry } from './command-entries/command-entry.ts';
import { childrenOf, type Group, groupNames, topLevelEntries } from './command-tree.ts';
import { globalFlags } from './global-flags.ts';
import { formatFlagUsages } from './grammar/flag-usages.ts';
import type { Io } from './io.ts';

/** Help of one command. */
export function commandHelp(io: Io, entry: CommandEntry, path: string, definition: Command): string {
  const sections = [`Usage:  ${usageLine(io, path, definition)}`, definition.description ?? entry.short];
  const names = [entry.path, ...(entry.aliases ?? [])];
  if (names.length > 1) sections.push(`Aliases:\n  ${names.map(name => `${io.program} ${name}`).join(', ')}`);
  if (Object.keys(definition.flags).length > 0) {
    sections.push(`Options:\n${formatFlagUsages(definition.flags, width(io)).join('\n')}`);
  }
  return `${sections.join('\n\n')}\n`;
}

/** The line that says how a command is called. */
export function usageLine(io: Io, path: string, definition: Command): string {
  return definition.usage
    .split('\n')
    .map(line => `${io.program} ${path}${line === '' ? '' : ` ${line}`}`)
    .join('\n\t');
}

/** Help of a group such as `container`. */
export function groupHelp(io: Io, group: Group): string {
  const rows = childrenOf(group.name).map(({ name, entry }) => [name, entry.short] as const);
  return `${[
    `Usage:  ${io.program} ${group.name} COMMAND`,
    group.short,
    `Commands:\n${columns(rows)}`,
    `Run '${io.program} ${group.name} COMMAND --help' for more information on a command.`,
  ].join('\n\n')}\n`;
}

/** Help of the program. */
export function programHelp(io: Io, folder: string): string {
  const entries = topLevelEntries();
  const rows = (common: boolean) =>
    entries
      .filter(({ entry }) => Boolean(entry.common) === common)
      .map(({ name, entry }) => [name, entry.short] as const);
  const groups = groupNames().map(({ name, short }) => [name, short] as const);
  return `${[
    `Usage:  ${io.program} [OPTIONS] COMMAND`,
    'A container platform that speaks the Docker protocols',
    `Common Commands:\n${columns(rows(true))}`,
    `Management Commands:\n${columns(groups)}`,
    `Commands:\n${columns(rows(false))}`,
    `Global Options:\n${formatFlagUsages(globalFlags(folder), width(io)).join('\n')}`,
    `Run '${io.program} COMMAND --help' for more information on a command.`,
  ].join('\n\n')}\n`;
}

function columns(rows: (readonly [string, string])[], least = 11): string {
  const size = Math.max(least, ...rows.map(([name]) => name.length));
  return rows.map(([name, short]) => `  ${name.padEnd(size)} ${short}`).join('\n');
}

function width(io: Io): number {
  return (io.stdout.size()?.columns ?? 80) - 1;
}
