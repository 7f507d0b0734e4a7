// The commands of builds.

import type { CommandEntry } from './command-entry.ts';

/** Of `builder`, and what `buildx` has beside it. */
export const buildEntries: readonly CommandEntry[] = [
  {
    path: 'builder build',
    aliases: ['build', 'image build', 'buildx build', 'buildx b'],
    common: true,
    short: 'Build an image from a Dockerfile',
    load: async () => (await import('../commands/builder/build.ts')).build,
  },
  {
    path: 'builder prune',
    short: 'Remove build cache',
    load: async () => (await import('../commands/builder/prune.ts')).pruneBuilder,
  },
  {
    path: 'buildx bake',
    aliases: ['bake', 'buildx f'],
    short: 'Build from a file',
    load: async () => (await import('../commands/builder/bake.ts')).bake,
  },
  {
    path: 'buildx du',
    aliases: ['builder du'],
    short: 'Show what the build cache holds',
    load: async () => (await import('../commands/builder/du.ts')).diskUsage,
  },
  {
    path: 'buildx history logs',
    short: 'Print what a build said',
    load: async () => (await import('../commands/builder/history.ts')).historyLogs,
  },
  {
    path: 'buildx history ls',
    short: 'List builds, those that are over, too',
    load: async () => (await import('../commands/builder/history.ts')).listHistory,
  },
  {
    path: 'buildx history rm',
    short: 'Forget builds',
    load: async () => (await import('../commands/builder/history.ts')).removeHistory,
  },
  {
    path: 'buildx inspect',
    short: 'Show the builder',
    load: async () => (await import('../commands/builder/ls.ts')).inspectBuilder,
  },
  {
    path: 'buildx ls',
    short: 'List builders',
    load: async () => (await import('../commands/builder/ls.ts')).listBuilders,
  },
  {
    path: 'buildx prune',
    short: 'Remove build cache',
    load: async () => (await import('../commands/builder/prune.ts')).pruneBuildx,
  },
];
