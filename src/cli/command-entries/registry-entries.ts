// The commands that concern registries, and the programs that are not the command line itself.

import type { CommandEntry } from './command-entry.ts';

/** Of `registry`, and signing in. */
export const registryEntries: readonly CommandEntry[] = [
  {
    path: 'registry inspect',
    short: 'Display what a registry has by a name',
    load: async () => (await import('../commands/registry/inspect.ts')).inspectRemote,
  },
  {
    path: 'registry ls',
    aliases: ['registry list'],
    short: 'List the repositories of a registry',
    load: async () => (await import('../commands/registry/ls.ts')).listRepositories,
  },
  {
    path: 'registry rm',
    aliases: ['registry remove'],
    short: 'Remove tags and manifests from a registry',
    load: async () => (await import('../commands/registry/rm.ts')).removeRemote,
  },
  {
    path: 'registry tags',
    short: 'List the tags of a repository in a registry',
    load: async () => (await import('../commands/registry/tags.ts')).listTags,
  },
  {
    path: 'login',
    common: true,
    short: 'Authenticate to a registry',
    load: async () => (await import('../commands/registry/login.ts')).login,
  },
  {
    path: 'logout',
    common: true,
    short: 'Log out from a registry',
    load: async () => (await import('../commands/registry/logout.ts')).logout,
  },
  {
    path: 'search',
    common: true,
    short: 'Search a registry for images',
    load: async () => (await import('../commands/registry/search.ts')).search,
  },
];

/** Of `manifest`. */
export const manifestEntries: readonly CommandEntry[] = [
  {
    path: 'manifest annotate',
    short: 'Add additional information to a local image manifest',
    load: async () => (await import('../commands/manifest/annotate.ts')).annotateManifest,
  },
  {
    path: 'manifest create',
    short: 'Create a local manifest list for annotating and pushing to a registry',
    load: async () => (await import('../commands/manifest/create.ts')).createManifest,
  },
  {
    path: 'manifest inspect',
    short: 'Display an image manifest, or manifest list',
    load: async () => (await import('../commands/manifest/inspect.ts')).inspectManifest,
  },
  {
    path: 'manifest push',
    short: 'Push a manifest list to a repository',
    load: async () => (await import('../commands/manifest/push.ts')).pushManifest,
  },
  {
    path: 'manifest rm',
    short: 'Delete one or more manifest lists from local storage',
    load: async () => (await import('../commands/manifest/rm.ts')).removeManifests,
  },
];

/** Programs of their own. */
export const programEntries: readonly CommandEntry[] = [
  {
    path: 'daemon',
    short: 'Run the engine',
  },
  {
    path: 'registry gc',
    short: 'Remove what nothing in a registry refers to',
  },
  {
    path: 'registry passwd',
    short: 'Change the users of a registry',
  },
  {
    path: 'registry serve',
    short: 'Run a registry',
  },
];
