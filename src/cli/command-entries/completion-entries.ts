// The commands that make shells complete words.

import type { CommandEntry } from './command-entry.ts';

export const completionEntries: readonly CommandEntry[] = (['bash', 'fish', 'powershell', 'zsh'] as const).map(
  shell => ({
    path: `completion ${shell}`,
    short: `Generate the autocompletion script for ${shell}`,
    load: async () => (await import('../commands/completion/completion.ts')).completionFor(shell),
  }),
);
