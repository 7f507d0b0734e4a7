// Contexts and repositories that tests make up.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What files contain, by their paths in a folder. */
export type FilesByPath = Readonly<Record<string, string | Buffer>>;

/** Writes them into this folder, making all that is missing on the way; returns the folder. */
export function writeFiles(folder: string, files: FilesByPath): string {
  mkdirSync(folder, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}
