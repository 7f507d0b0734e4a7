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

/** A word that only holds commands. */
export interface Group {
  readonly name: string;
  readonly short: string;
}

const groups: readonly Group[] = [
  { name: 'builder', short: 'Manage builds' },
  { name: 'buildx', short: 'Build images with BuildKit' },
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
  for (const length of [2, 1]) {
    if (words.length < length) continue;
    const path = words.slice(0, length).join(' ');
    const entry = commandEntries.find(candidate => candidate.path === path || candidate.aliases?.includes(path));
    if (entry) return { entry, path, length };
  }
  return undefined;
}

/** The group called `name`. */
export function findGroup(name: string | undefined): Group | undefined {
  return groups.find(group => group.name === name);
}

export function groupNames(): readonly Group[] {
  return groups;
}

/** Commands of a group, by the word they are called by in it; those of other groups that have a name here, too. */
export function childrenOf(group: string): { name: string; entry: CommandEntry }[] {
  const start = `${group} `;
  return commandEntries
    .filter(({ hidden }) => !hidden)
    .flatMap(entry => {
      const path = [entry.path, ...(entry.aliases ?? [])].find(name => name.startsWith(start));
      return path === undefined ? [] : [{ name: path.slice(start.length), entry }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Commands that are called by one word, by that word. */
export function topLevelEntries(): { name: string; entry: CommandEntry }[] {
  return commandEntries
    .flatMap(entry => [entry.path, ...(entry.aliases ?? [])].map(name => ({ name, entry })))
    .filter(({ name }) => !name.includes(' '))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
