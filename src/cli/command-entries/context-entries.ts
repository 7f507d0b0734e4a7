// The commands of contexts.

import type { CommandEntry } from './command-entry.ts';

/** Of `context`. */
export const contextEntries: readonly CommandEntry[] = [
  {
    path: 'context create',
    short: 'Create a context',
    load: async () => (await import('../commands/context/create.ts')).createContextCommand,
  },
  {
    path: 'context export',
    short: 'Export a context to a tar archive FILE or a tar stream on STDOUT.',
    load: async () => (await import('../commands/context/export.ts')).exportContext,
  },
  {
    path: 'context import',
    short: 'Import a context from a tar or zip file',
    load: async () => (await import('../commands/context/import.ts')).importContext,
  },
  {
    path: 'context inspect',
    short: 'Display detailed information on one or more contexts',
    load: async () => (await import('../commands/context/inspect.ts')).inspectContexts,
  },
  {
    path: 'context ls',
    aliases: ['context list'],
    short: 'List contexts',
    load: async () => (await import('../commands/context/ls.ts')).listContexts,
  },
  {
    path: 'context rm',
    aliases: ['context remove'],
    short: 'Remove one or more contexts',
    load: async () => (await import('../commands/context/rm.ts')).removeContexts,
  },
  {
    path: 'context show',
    short: 'Print the name of the current context',
    load: async () => (await import('../commands/context/show.ts')).showContext,
  },
  {
    path: 'context update',
    short: 'Update a context',
    load: async () => (await import('../commands/context/update.ts')).updateContext,
  },
  {
    path: 'context use',
    short: 'Set the current docker context',
    load: async () => (await import('../commands/context/use.ts')).useContext,
  },
];
