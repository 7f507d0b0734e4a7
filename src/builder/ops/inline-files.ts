// Files that the Dockerfile itself brings, as a tree to copy from.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceTree } from '../source.ts';

/** `scratch`: where a directory may be made; it is removed with the tree. */
export async function withInlineFiles(
  files: readonly { path: string; content: string }[],
  scratch: string,
): Promise<SourceTree> {
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  const directory = mkdtempSync(join(scratch, 'inline-'));
  for (const { path, content } of files) writeFileSync(join(directory, path), content, { mode: 0o644 });
  return {
    directory,
    immutable: true,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
