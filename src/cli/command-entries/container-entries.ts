// The commands of containers.

import type { CommandEntry } from './command-entry.ts';

/** Of `container`. */
export const containerEntries: readonly CommandEntry[] = [
  {
    path: 'container attach',
    aliases: ['attach'],
    short: 'Attach local standard input, output, and error streams to a running container',
    load: async () => (await import('../commands/container/attach.ts')).attach,
  },
  {
    path: 'container commit',
    aliases: ['commit'],
    short: "Create a new image from a container's changes",
    load: async () => (await import('../commands/container/commit.ts')).commit,
  },
  {
    path: 'container cp',
    aliases: ['cp'],
    short: 'Copy files/folders between a container and the local filesystem',
    load: async () => (await import('../commands/container/cp.ts')).cp,
  },
  {
    path: 'container create',
    aliases: ['create'],
    short: 'Create a new container',
    load: async () => (await import('../commands/container/create.ts')).create,
  },
  {
    path: 'container diff',
    aliases: ['diff'],
    short: "Inspect changes to files or directories on a container's filesystem",
    load: async () => (await import('../commands/container/diff.ts')).diff,
  },
  {
    path: 'container exec',
    aliases: ['exec'],
    common: true,
    short: 'Execute a command in a running container',
    load: async () => (await import('../commands/container/exec.ts')).exec,
  },
  {
    path: 'container export',
    aliases: ['export'],
    short: "Export a container's filesystem as a tar archive",
    load: async () => (await import('../commands/container/export.ts')).exportContainer,
  },
  {
    path: 'container inspect',
    short: 'Display detailed information on one or more containers',
    load: async () => (await import('../commands/container/inspect.ts')).inspectContainers,
  },
  {
    path: 'container kill',
    aliases: ['kill'],
    short: 'Kill one or more running containers',
    load: async () => (await import('../commands/container/lifecycle.ts')).kill,
  },
  {
    path: 'container logs',
    aliases: ['logs'],
    short: 'Fetch the logs of a container',
    load: async () => (await import('../commands/container/logs.ts')).logs,
  },
  {
    path: 'container ls',
    aliases: ['container list', 'container ps', 'ps'],
    common: true,
    short: 'List containers',
    load: async () => (await import('../commands/container/ls.ts')).listContainers,
  },
  {
    path: 'container pause',
    aliases: ['pause'],
    short: 'Pause all processes within one or more containers',
    load: async () => (await import('../commands/container/lifecycle.ts')).pause,
  },
  {
    path: 'container port',
    aliases: ['port'],
    short: 'List port mappings or a specific mapping for the container',
    load: async () => (await import('../commands/container/port.ts')).port,
  },
  {
    path: 'container prune',
    short: 'Remove all stopped containers',
    load: async () => (await import('../commands/prune.ts')).pruneContainers,
  },
  {
    path: 'container rename',
    aliases: ['rename'],
    short: 'Rename a container',
    load: async () => (await import('../commands/container/lifecycle.ts')).rename,
  },
  {
    path: 'container restart',
    aliases: ['restart'],
    short: 'Restart one or more containers',
    load: async () => (await import('../commands/container/lifecycle.ts')).restart,
  },
  {
    path: 'container rm',
    aliases: ['container remove', 'rm'],
    short: 'Remove one or more containers',
    load: async () => (await import('../commands/container/lifecycle.ts')).remove,
  },
  {
    path: 'container run',
    aliases: ['run'],
    common: true,
    short: 'Create and run a new container from an image',
    load: async () => (await import('../commands/container/run.ts')).run,
  },
  {
    path: 'container start',
    aliases: ['start'],
    short: 'Start one or more stopped containers',
    load: async () => (await import('../commands/container/start.ts')).start,
  },
  {
    path: 'container stats',
    aliases: ['stats'],
    short: 'Display a live stream of container(s) resource usage statistics',
    load: async () => (await import('../commands/container/stats.ts')).stats,
  },
  {
    path: 'container stop',
    aliases: ['stop'],
    short: 'Stop one or more running containers',
    load: async () => (await import('../commands/container/lifecycle.ts')).stop,
  },
  {
    path: 'container top',
    aliases: ['top'],
    short: 'Display the running processes of a container',
    load: async () => (await import('../commands/container/top.ts')).top,
  },
  {
    path: 'container unpause',
    aliases: ['unpause'],
    short: 'Unpause all processes within one or more containers',
    load: async () => (await import('../commands/container/lifecycle.ts')).unpause,
  },
  {
    path: 'container update',
    aliases: ['update'],
    short: 'Update configuration of one or more containers',
    load: async () => (await import('../commands/container/update.ts')).update,
  },
  {
    path: 'container wait',
    aliases: ['wait'],
    short: 'Block until one or more containers stop, then print their exit codes',
    load: async () => (await import('../commands/container/lifecycle.ts')).wait,
  },
];
