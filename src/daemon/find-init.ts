// The init that `--init` puts in front of a container's process: a static tini, under any of its names.

import { accessSync, constants } from 'node:fs';

const candidates = [
  '/usr/bin/tini-static',
  '/usr/bin/docker-init',
  '/usr/libexec/docker/docker-init',
  '/usr/bin/catatonit',
];

/** The configured path as it is; otherwise the first that can be executed, or undefined. */
export function findInit(configured: string | undefined): string | undefined {
  return configured ?? candidates.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
