// Small files that name something: whole or not there.
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../../lib/errors.ts';
import { syncIfThere } from '../../lib/files/if-there.ts';

/** Writes `text` to `path` through a file in `temporary` (same file system), making folders; it is on disk afterwards. */
export async function writeLink(path: string, text: string, temporary: string): Promise<void> {
  const draft = join(temporary, randomUUID());
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.datasync();
    } finally {
      await file.close();
    }
    await inFolder(dirname(path), () => rename(draft, path));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncIfThere(dirname(path));
}

/** Makes an empty file that says all by being there. `syncIfThere` puts it on disk. */
export async function touchLink(path: string): Promise<void> {
  const file = await inFolder(dirname(path), () => open(path, 'a', 0o600));
  try {
    const now = new Date();
    await file.utimes(now, now);
  } finally {
    await file.close();
  }
}

/** Does `work`, making the folder if that is what it lacks: a collection may remove an empty one at any time. */
async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || attempt === 3) throw error;
      await mkdir(folder, { recursive: true, mode: 0o700 });
    }
  }
}
