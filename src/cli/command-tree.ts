// All commands there are: where they stand, what they are for, and where their code is.

import type { Command } from './command.ts';

/** A command's place. */
export interface CommandEntry {
  /** The full path: `container ls`. */
  readonly path: string;
  readonly short: string;
  /** Other paths: `ps`, `container list`. */
  readonly aliases?: readonly string[];
  /** Shown among the common commands. */
  readonly common?: boolean;
  /** For programs, not for people: help does not show it. */
  readonly hidden?: boolean;
  /** Its code, loaded when it is called; absent for a program of its own, which is not ours to run. */
  load?(): Promise<Command>;
}

/** A word that only holds commands. */
export interface Group {
  readonly name: string;
  readonly short: string;
}

const groups: readonly Group[] = [
  { name: 'container', short: 'Manage containers' },
  { name: 'context', short: 'Manage contexts' },
  { name: 'image', short: 'Manage images' },
  { name: 'manifest', short: 'Manage image manifests and manifest lists' },
  { name: 'registry', short: 'Run registries and look into them' },
  { name: 'system', short: 'Manage the system' },
  { name: 'volume', short: 'Manage volumes' },
];

const containerEntries: readonly CommandEntry[] = [
  {
    path: 'container attach',
    aliases: ['attach'],
    short: 'Attach local standard input, output, and error streams to a running container',
    load: async () => (await import('./commands/container/attach.ts')).attach,
  },
  {
    path: 'container commit',
    aliases: ['commit'],
    short: "Create a new image from a container's changes",
    load: async () => (await import('./commands/container/commit.ts')).commit,
  },
  {
    path: 'container cp',
    aliases: ['cp'],
    short: 'Copy files/folders between a container and the local filesystem',
    load: async () => (await import('./commands/container/cp.ts')).cp,
  },
  {
    path: 'container create',
    aliases: ['create'],
    short: 'Create a new container',
    load: async () => (await import('./commands/container/create.ts')).create,
  },
  {
    path: 'container diff',
    aliases: ['diff'],
    short: "Inspect changes to files or directories on a container's filesystem",
    load: async () => (await import('./commands/container/diff.ts')).diff,
  },
  {
    path: 'container exec',
    aliases: ['exec'],
    common: true,
    short: 'Execute a command in a running container',
    load: async () => (await import('./commands/container/exec.ts')).exec,
  },
  {
    path: 'container export',
    aliases: ['export'],
    short: "Export a container's filesystem as a tar archive",
    load: async () => (await import('./commands/container/export.ts')).exportContainer,
  },
  {
    path: 'container inspect',
    short: 'Display detailed information on one or more containers',
    load: async () => (await import('./commands/container/inspect.ts')).inspectContainers,
  },
  {
    path: 'container kill',
    aliases: ['kill'],
    short: 'Kill one or more running containers',
    load: async () => (await import('./commands/container/lifecycle.ts')).kill,
  },
  {
    path: 'container logs',
    aliases: ['logs'],
    short: 'Fetch the logs of a container',
    load: async () => (await import('./commands/container/logs.ts')).logs,
  },
  {
    path: 'container ls',
    aliases: ['container list', 'container ps', 'ps'],
    common: true,
    short: 'List containers',
    load: async () => (await import('./commands/container/ls.ts')).listContainers,
  },
  {
    path: 'container pause',
    aliases: ['pause'],
    short: 'Pause all processes within one or more containers',
    load: async () => (await import('./commands/container/lifecycle.ts')).pause,
  },
  {
    path: 'container port',
    aliases: ['port'],
    short: 'List port mappings or a specific mapping for the container',
    load: async () => (await import('./commands/container/port.ts')).port,
  },
  {
    path: 'container prune',
    short: 'Remove all stopped containers',
    load: async () => (await import('./commands/prune.ts')).pruneContainers,
  },
  {
    path: 'container rename',
    aliases: ['rename'],
    short: 'Rename a container',
    load: async () => (await import('./commands/container/lifecycle.ts')).rename,
  },
  {
    path: 'container restart',
    aliases: ['restart'],
    short: 'Restart one or more containers',
    load: async () => (await import('./commands/container/lifecycle.ts')).restart,
  },
  {
    path: 'container rm',
    aliases: ['container remove', 'rm'],
    short: 'Remove one or more containers',
    load: async () => (await import('./commands/container/lifecycle.ts')).remove,
  },
  {
    path: 'container run',
    aliases: ['run'],
    common: true,
    short: 'Create and run a new container from an image',
    load: async () => (await import('./commands/container/run.ts')).run,
  },
  {
    path: 'container start',
    aliases: ['start'],
    short: 'Start one or more stopped containers',
    load: async () => (await import('./commands/container/start.ts')).start,
  },
  {
    path: 'container stats',
    aliases: ['stats'],
    short: 'Display a live stream of container(s) resource usage statistics',
    load: async () => (await import('./commands/container/stats.ts')).stats,
  },
  {
    path: 'container stop',
    aliases: ['stop'],
    short: 'Stop one or more running containers',
    load: async () => (await import('./commands/container/lifecycle.ts')).stop,
  },
  {
    path: 'container top',
    aliases: ['top'],
    short: 'Display the running processes of a container',
    load: async () => (await import('./commands/container/top.ts')).top,
  },
  {
    path: 'container unpause',
    aliases: ['unpause'],
    short: 'Unpause all processes within one or more containers',
    load: async () => (await import('./commands/container/lifecycle.ts')).unpause,
  },
  {
    path: 'container update',
    aliases: ['update'],
    short: 'Update configuration of one or more containers',
    load: async () => (await import('./commands/container/update.ts')).update,
  },
  {
    path: 'container wait',
    aliases: ['wait'],
    short: 'Block until one or more containers stop, then print their exit codes',
    load: async () => (await import('./commands/container/lifecycle.ts')).wait,
  },
];

const imageEntries: readonly CommandEntry[] = [
  {
    path: 'image history',
    aliases: ['history'],
    short: 'Show the history of an image',
    load: async () => (await import('./commands/image/history.ts')).history,
  },
  {
    path: 'image import',
    aliases: ['import'],
    short: 'Import the contents from a tarball to create a filesystem image',
    load: async () => (await import('./commands/image/import.ts')).importImage,
  },
  {
    path: 'image inspect',
    short: 'Display detailed information on one or more images',
    load: async () => (await import('./commands/image/inspect.ts')).inspectImages,
  },
  {
    path: 'image load',
    aliases: ['load'],
    short: 'Load an image from a tar archive or STDIN',
    load: async () => (await import('./commands/image/load.ts')).load,
  },
  {
    path: 'image ls',
    aliases: ['image list', 'images'],
    common: true,
    short: 'List images',
    load: async () => (await import('./commands/image/ls.ts')).listImages,
  },
  {
    path: 'image prune',
    short: 'Remove unused images',
    load: async () => (await import('./commands/prune.ts')).pruneImages,
  },
  {
    path: 'image pull',
    aliases: ['pull'],
    common: true,
    short: 'Download an image from a registry',
    load: async () => (await import('./commands/image/pull.ts')).pull,
  },
  {
    path: 'image push',
    aliases: ['push'],
    common: true,
    short: 'Upload an image to a registry',
    load: async () => (await import('./commands/image/push.ts')).push,
  },
  {
    path: 'image rm',
    aliases: ['image remove', 'rmi'],
    short: 'Remove one or more images',
    load: async () => (await import('./commands/image/rm.ts')).removeImages,
  },
  {
    path: 'image save',
    aliases: ['save'],
    short: 'Save one or more images to a tar archive (streamed to STDOUT by default)',
    load: async () => (await import('./commands/image/save.ts')).save,
  },
  {
    path: 'image tag',
    aliases: ['tag'],
    short: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
    load: async () => (await import('./commands/image/tag.ts')).tag,
  },
];

const registryEntries: readonly CommandEntry[] = [
  {
    path: 'registry inspect',
    short: 'Display what a registry has by a name',
    load: async () => (await import('./commands/registry/inspect.ts')).inspectRemote,
  },
  {
    path: 'registry ls',
    aliases: ['registry list'],
    short: 'List the repositories of a registry',
    load: async () => (await import('./commands/registry/ls.ts')).listRepositories,
  },
  {
    path: 'registry rm',
    aliases: ['registry remove'],
    short: 'Remove tags and manifests from a registry',
    load: async () => (await import('./commands/registry/rm.ts')).removeRemote,
  },
  {
    path: 'registry tags',
    short: 'List the tags of a repository in a registry',
    load: async () => (await import('./commands/registry/tags.ts')).listTags,
  },
  {
    path: 'login',
    common: true,
    short: 'Authenticate to a registry',
    load: async () => (await import('./commands/registry/login.ts')).login,
  },
  {
    path: 'logout',
    common: true,
    short: 'Log out from a registry',
    load: async () => (await import('./commands/registry/logout.ts')).logout,
  },
  {
    path: 'search',
    common: true,
    short: 'Search a registry for images',
    load: async () => (await import('./commands/registry/search.ts')).search,
  },
];

const manifestEntries: readonly CommandEntry[] = [
  {
    path: 'manifest annotate',
    short: 'Add additional information to a local image manifest',
    load: async () => (await import('./commands/manifest/annotate.ts')).annotateManifest,
  },
  {
    path: 'manifest create',
    short: 'Create a local manifest list for annotating and pushing to a registry',
    load: async () => (await import('./commands/manifest/create.ts')).createManifest,
  },
  {
    path: 'manifest inspect',
    short: 'Display an image manifest, or manifest list',
    load: async () => (await import('./commands/manifest/inspect.ts')).inspectManifest,
  },
  {
    path: 'manifest push',
    short: 'Push a manifest list to a repository',
    load: async () => (await import('./commands/manifest/push.ts')).pushManifest,
  },
  {
    path: 'manifest rm',
    short: 'Delete one or more manifest lists from local storage',
    load: async () => (await import('./commands/manifest/rm.ts')).removeManifests,
  },
];

const programEntries: readonly CommandEntry[] = [
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

const otherEntries: readonly CommandEntry[] = [
  {
    path: 'inspect',
    short: 'Return low-level information on objects of any kind',
    load: async () => (await import('./commands/system/inspect.ts')).inspect,
  },
  {
    path: 'system df',
    short: 'Show docker disk usage',
    load: async () => (await import('./commands/system/df.ts')).df,
  },
  {
    path: 'system dial-stdio',
    hidden: true,
    short: 'Proxy the stdio stream to the daemon connection. Should not be invoked manually.',
    load: async () => (await import('./commands/system/dial-stdio.ts')).dialStdio,
  },
  {
    path: 'system events',
    aliases: ['events'],
    short: 'Get real time events from the server',
    load: async () => (await import('./commands/system/events.ts')).events,
  },
  {
    path: 'system info',
    aliases: ['info'],
    common: true,
    short: 'Display system-wide information',
    load: async () => (await import('./commands/system/info.ts')).info,
  },
  {
    path: 'system prune',
    short: 'Remove unused data',
    load: async () => (await import('./commands/system/prune.ts')).pruneSystem,
  },
  {
    path: 'version',
    common: true,
    short: 'Show the version information of client and server',
    load: async () => (await import('./commands/system/version.ts')).version,
  },
  {
    path: 'volume create',
    short: 'Create a volume',
    load: async () => (await import('./commands/volume/create.ts')).createVolume,
  },
  {
    path: 'volume inspect',
    short: 'Display detailed information on one or more volumes',
    load: async () => (await import('./commands/volume/inspect.ts')).inspectVolumes,
  },
  {
    path: 'volume ls',
    aliases: ['volume list'],
    short: 'List volumes',
    load: async () => (await import('./commands/volume/ls.ts')).listVolumes,
  },
  {
    path: 'volume prune',
    short: 'Remove unused local volumes',
    load: async () => (await import('./commands/prune.ts')).pruneVolumes,
  },
  {
    path: 'volume rm',
    aliases: ['volume remove'],
    short: 'Remove one or more volumes',
    load: async () => (await import('./commands/volume/rm.ts')).removeVolumes,
  },
];

const contextEntries: readonly CommandEntry[] = [
  {
    path: 'context create',
    short: 'Create a context',
    load: async () => (await import('./commands/context/create.ts')).createContextCommand,
  },
  {
    path: 'context export',
    short: 'Export a context to a tar archive FILE or a tar stream on STDOUT.',
    load: async () => (await import('./commands/context/export.ts')).exportContext,
  },
  {
    path: 'context import',
    short: 'Import a context from a tar or zip file',
    load: async () => (await import('./commands/context/import.ts')).importContext,
  },
  {
    path: 'context inspect',
    short: 'Display detailed information on one or more contexts',
    load: async () => (await import('./commands/context/inspect.ts')).inspectContexts,
  },
  {
    path: 'context ls',
    aliases: ['context list'],
    short: 'List contexts',
    load: async () => (await import('./commands/context/ls.ts')).listContexts,
  },
  {
    path: 'context rm',
    aliases: ['context remove'],
    short: 'Remove one or more contexts',
    load: async () => (await import('./commands/context/rm.ts')).removeContexts,
  },
  {
    path: 'context show',
    short: 'Print the name of the current context',
    load: async () => (await import('./commands/context/show.ts')).showContext,
  },
  {
    path: 'context update',
    short: 'Update a context',
    load: async () => (await import('./commands/context/update.ts')).updateContext,
  },
  {
    path: 'context use',
    short: 'Set the current docker context',
    load: async () => (await import('./commands/context/use.ts')).useContext,
  },
];

/** Every command. */
export const commandEntries: readonly CommandEntry[] = [
  ...containerEntries,
  ...contextEntries,
  ...imageEntries,
  ...manifestEntries,
  ...registryEntries,
  ...programEntries,
  ...otherEntries,
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

/** Commands of a group, by name. */
export function childrenOf(group: string): CommandEntry[] {
  return commandEntries
    .filter(entry => !entry.hidden && entry.path.startsWith(`${group} `))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Commands that are called by one word, by that word. */
export function topLevelEntries(): { name: string; entry: CommandEntry }[] {
  return commandEntries
    .flatMap(entry => [entry.path, ...(entry.aliases ?? [])].map(name => ({ name, entry })))
    .filter(({ name }) => !name.includes(' '))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
