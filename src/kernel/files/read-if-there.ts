// Files of /proc and /sys that may vanish at any time.
import { readFileSync } from 'node:fs';
import { errorCode } from '../../lib/errors.ts';
import { fromNodeError } from '../libc/system-call-error.ts';

/** The text of a file; undefined if it, its folder, or the process or device it speaks of is gone. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ESRCH', 'ENODEV', 'EOPNOTSUPP'].includes(errorCode(error) ?? '')) return undefined;
    throw fromNodeError(error);
  }
}
