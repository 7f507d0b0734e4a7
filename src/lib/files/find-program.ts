// Programs as a shell finds them.

import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** What a PATH usually is where nobody says one, in containers, too. */
export const usualSearchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The first executable `name` in the folders of `searchPath`, an empty one being the working folder; undefined when there is none. */
export function findProgram(name: string, searchPath: string = usualSearchPath): string | undefined {
  return searchPath
    .split(':')
    .map(folder => join(folder || '.', name))
    .find(isExecutable);
}

/** Whether this process may run it; a folder counts, too. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
