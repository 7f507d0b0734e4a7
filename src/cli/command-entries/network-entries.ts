// The commands about networks.

import type { CommandEntry } from './command-entry.ts';

export const networkEntries: readonly CommandEntry[] = [
  {
    path: 'network connect',
    short: 'Connect a container to a network',
    load: async () => (await import('../commands/network/change.ts')).connectNetwork,
  },
  {
    path: 'network create',
    short: 'Create a network',
    load: async () => (await import('../commands/network/change.ts')).createNetwork,
  },
  {
    path: 'network disconnect',
    short: 'Disconnect a container from a network',
    load: async () => (await import('../commands/network/change.ts')).disconnectNetwork,
  },
  {
    path: 'network inspect',
    short: 'Display detailed information on one or more networks',
    load: async () => (await import('../commands/network/inspect.ts')).inspectNetworks,
  },
  {
    path: 'network ls',
    aliases: ['network list'],
    short: 'List networks',
    load: async () => (await import('../commands/network/ls.ts')).listNetworks,
  },
  {
    path: 'network prune',
    short: 'Remove all unused networks',
    load: async () => (await import('../commands/network/prune.ts')).pruneNetworks,
  },
  {
    path: 'network rm',
    aliases: ['network remove'],
    short: 'Remove one or more networks',
    load: async () => (await import('../commands/network/rm.ts')).removeNetworks,
  },
];
