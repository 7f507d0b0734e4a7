// Small files that name something: whole or not there.
import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
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
    await inFolder(
      dirname(path),
      () => rename(draft, path),
      () => renameSync(draft, path),
    );
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncIfThere(dirname(path));
}

/** Makes an empty file that says all by being there. `syncIfThere` puts it on disk. */
export async function touchLink(path: string): Promise<void> {
  const touch = async () => {
    await using file = await open(path, 'a', 0o600);
    const now = new Date();
    await file.utimes(now, now);
  };
  await inFolder(dirname(path), touch, () => closeSync(openSync(path, 'a', 0o600)));
}

/**
 * Does `work`. If the folder is what it lacks, that is made, and the same done `atOnce`: a collection may remove an empty folder
 * whenever somebody waits.
 */
async function inFolder(folder: string, work: () => Promise<void>, atOnce: () => void): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    atOnce();
  }
}
