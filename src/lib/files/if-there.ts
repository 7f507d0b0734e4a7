// Files and folders that may not be there, which is no error to whoever asks.

import { readdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { errorCode } from '../errors.ts';

/** The text of a file; undefined when there is none. Throws what else goes wrong. */
export function readIfThere(path: string): string | undefined {
  return ifThere(() => readFileSync(path, 'utf8'));
}

/** The names in a folder; none when there is no such folder. Throws what else goes wrong. */
export function namesIfThere(directory: string): string[] {
  return ifThere(() => readdirSync(directory)) ?? [];
}

/** Puts a file on the disk, or the names in a folder; nothing where there is none. Throws what else goes wrong. */
export async function syncIfThere(path: string): Promise<void> {
  try {
    await using file = await open(path, 'r');
    await file.sync();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** What `look` returns; undefined when it throws that something is not there. */
export function ifThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
