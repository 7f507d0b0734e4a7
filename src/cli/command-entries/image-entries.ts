// The commands of images.

import type { CommandEntry } from './command-entry.ts';

/** Of `image`. */
export const imageEntries: readonly CommandEntry[] = [
  {
    path: 'image bootstrap',
    short: "Make a base image from Debian's packages",
    load: async () => (await import('../commands/image/bootstrap.ts')).bootstrap,
  },
  {
    path: 'image history',
    aliases: ['history'],
    short: 'Show the history of an image',
    load: async () => (await import('../commands/image/history.ts')).history,
  },
  {
    path: 'image import',
    aliases: ['import'],
    short: 'Import the contents from a tarball to create a filesystem image',
    load: async () => (await import('../commands/image/import.ts')).importImage,
  },
  {
    path: 'image inspect',
    short: 'Display detailed information on one or more images',
    load: async () => (await import('../commands/image/inspect.ts')).inspectImages,
  },
  {
    path: 'image load',
    aliases: ['load'],
    short: 'Load an image from a tar archive or STDIN',
    load: async () => (await import('../commands/image/load.ts')).load,
  },
  {
    path: 'image ls',
    aliases: ['image list', 'images'],
    common: true,
    short: 'List images',
    load: async () => (await import('../commands/image/ls.ts')).listImages,
  },
  {
    path: 'image prune',
    short: 'Remove unused images',
    load: async () => (await import('../commands/prune.ts')).pruneImages,
  },
  {
    path: 'image pull',
    aliases: ['pull'],
    common: true,
    short: 'Download an image from a registry',
    load: async () => (await import('../commands/image/pull.ts')).pull,
  },
  {
    path: 'image push',
    aliases: ['push'],
    common: true,
    short: 'Upload an image to a registry',
    load: async () => (await import('../commands/image/push.ts')).push,
  },
  {
    path: 'image rm',
    aliases: ['image remove', 'rmi'],
    short: 'Remove one or more images',
    load: async () => (await import('../commands/image/rm.ts')).removeImages,
  },
  {
    path: 'image save',
    aliases: ['save'],
    short: 'Save one or more images to a tar archive (streamed to STDOUT by default)',
    load: async () => (await import('../commands/image/save.ts')).save,
  },
  {
    path: 'image tag',
    aliases: ['tag'],
    short: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
    load: async () => (await import('../commands/image/tag.ts')).tag,
  },
];
