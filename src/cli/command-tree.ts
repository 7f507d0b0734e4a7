// All commands there are, and how they are found by their words.

import { buildEntries } from './command-entries/build-entries.ts';
import type { CommandEntry } from './command-entries/command-entry.ts';
import { completionEntries } from './command-entries/completion-entries.ts';
import { containerEntries } from './command-entries/container-entries.ts';
import { contextEntries } from './command-entries/context-entries.ts';
import { imageEntries } from './command-entries/image-entries.ts';
import { networkEntries } from './command-entries/network-entries.ts';
import { manifestEntries, programEntries, registryEntries } from './command-entries/registry-entries.ts';
import { systemEntries } from './command-entries/system-entries.ts';

/** A word that only holds commands; in another one, both. */
export interface Group {
  readonly name: string;
  readonly short: string;
}

const groups: readonly Group[] = [
  { name: 'builder', short: 'Manage builds' },
  { name: 'buildx', short: 'Build images with BuildKit' },
  { name: 'buildx history', short: 'Look at builds that are over' },
  { name: 'completion', short: 'Generate the autocompletion script for the specified shell' },
  { name: 'container', short: 'Manage containers' },
  { name: 'context', short: 'Manage contexts' },
  { name: 'image', short: 'Manage images' },
  { name: 'manifest', short: 'Manage image manifests and manifest lists' },
  { name: 'network', short: 'Manage networks' },
  { name: 'registry', short: 'Run registries and look into them' },
  { name: 'system', short: 'Manage the system' },
  { name: 'volume', short: 'Manage volumes' },
];

/** Every command. */
export const commandEntries: readonly CommandEntry[] = [
  ...buildEntries,
  ...completionEntries,
  ...containerEntries,
  ...contextEntries,
  ...imageEntries,
  ...manifestEntries,
  ...networkEntries,
  ...registryEntries,
  ...programEntries,
  ...systemEntries,
];

/** The command called by `words` (its path or an alias), with how many words named it. */
export function findCommand(
  words: readonly string[],
): { entry: CommandEntry; path: string; length: number } | undefined {
  for (const length of [3, 2, 1]) {
    if (words.length < length) continue;
    const path = words.slice(0, length).join(' ');
    const entry = commandEntries.find(candidate => candidate.path === path || candidate.aliases?.includes(path));
    if (entry) return { entry, path, length };
  }
  return undefined;
}

/** The group called by the first of `words`, or by the first two. */
export function findGroup(words: readonly string[]): Group | undefined {
  const named = (count: number) => groups.find(({ name }) => name === words.slice(0, count).join(' '));
  return named(2) ?? named(1);
}

/** Those that are in no other. */
export function groupNames(): readonly Group[] {
  return groups.filter(({ name }) => !name.includes(' '));
}

/**
 * Commands of a group, by the word they are called by in it; those of other groups that have a name here, too, and the
 * groups in it.
 */
export function childrenOf(group: string): { name: string; entry: Pick<CommandEntry, 'short'> }[] {
  const start = `${group} `;
  const isChild = (name: string) => name.startsWith(start) && !name.slice(start.length).includes(' ');
  const commands = commandEntries
    .filter(({ hidden }) => !hidden)
    .flatMap(entry => {
      const path = [entry.path, ...(entry.aliases ?? [])].find(isChild);
      return path === undefined ? [] : [{ name: path.slice(start.length), entry }];
    });
  const inner = groups
    .filter(({ name }) => isChild(name))
    .map(({ name, short }) => ({ name: name.slice(start.length), entry: { short } }));
  return [...commands, ...inner].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Commands that are called by one word, by that word. */
export function topLevelEntries(): { name: string; entry: CommandEntry }[] {
  return commandEntries
    .flatMap(entry => [entry.path, ...(entry.aliases ?? [])].map(name => ({ name, entry })))
    .filter(({ name }) => !name.includes(' '))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
