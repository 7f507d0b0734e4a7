// A directory with all that is missing above it, for somebody.

import { chownSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** One that is there stays as it is. `owner` gets what was made; undefined: whoever runs this. */
export function makeDirectory(path: string, owner: { uid: number; gid: number } | undefined): void {
  const made = mkdirSync(path, { recursive: true });
  for (let one = path; made && owner && one.length >= made.length; one = dirname(one)) {
    chownSync(one, owner.uid, owner.gid);
  }
}
