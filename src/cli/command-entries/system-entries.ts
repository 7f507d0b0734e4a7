// The commands of volumes and of the whole system.

import type { CommandEntry } from './command-entry.ts';

/** Of `volume`, `system` and without a group. */
export const systemEntries: readonly CommandEntry[] = [
  {
    path: 'inspect',
    short: 'Return low-level information on objects of any kind',
    load: async () => (await import('../commands/system/inspect.ts')).inspect,
  },
  {
    path: 'system df',
    short: 'Show docker disk usage',
    load: async () => (await import('../commands/system/df.ts')).df,
  },
  {
    path: 'system dial-stdio',
    hidden: true,
    short: 'Proxy the stdio stream to the daemon connection. Should not be invoked manually.',
    load: async () => (await import('../commands/system/dial-stdio.ts')).dialStdio,
  },
  {
    path: 'system events',
    aliases: ['events'],
    short: 'Get real time events from the server',
    load: async () => (await import('../commands/system/events.ts')).events,
  },
  {
    path: 'system info',
    aliases: ['info'],
    common: true,
    short: 'Display system-wide information',
    load: async () => (await import('../commands/system/info.ts')).info,
  },
  {
    path: 'system prune',
    short: 'Remove unused data',
    load: async () => (await import('../commands/system/prune.ts')).pruneSystem,
  },
  {
    path: 'version',
    common: true,
    short: 'Show the version information of client and server',
    load: async () => (await import('../commands/system/version.ts')).version,
  },
  {
    path: 'volume create',
    short: 'Create a volume',
    load: async () => (await import('../commands/volume/create.ts')).createVolume,
  },
  {
    path: 'volume inspect',
    short: 'Display detailed information on one or more volumes',
    load: async () => (await import('../commands/volume/inspect.ts')).inspectVolumes,
  },
  {
    path: 'volume ls',
    aliases: ['volume list'],
    short: 'List volumes',
    load: async () => (await import('../commands/volume/ls.ts')).listVolumes,
  },
  {
    path: 'volume prune',
    short: 'Remove unused local volumes',
    load: async () => (await import('../commands/prune.ts')).pruneVolumes,
  },
  {
    path: 'volume rm',
    aliases: ['volume remove'],
    short: 'Remove one or more volumes',
    load: async () => (await import('../commands/volume/rm.ts')).removeVolumes,
  },
];
