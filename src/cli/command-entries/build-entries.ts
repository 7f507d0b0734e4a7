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
];
