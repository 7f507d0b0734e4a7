// The context of a case as files on disk, the same for every builder.
import { spawnSync } from 'node:child_process';
import { chmodSync, lutimesSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encodeTarMember, tarEnd } from '../../../src/lib/tar/writer.ts';
import type { BuildCase, CaseFile } from './build-case.ts';

/** Of every file: 2015-06-01. */
const modified = 1_433_116_800;

/** Writes the context into an empty directory; the Dockerfile is written with `replace` applied to it. */
export function writeContext(directory: string, one: BuildCase, replace: (text: string) => string): void {
  const files = one.files ?? { file: 'hello\n' };
  for (const [name, file] of Object.entries(files)) writeFile(join(directory, name), file);
  if (one.ignore !== undefined) writeFile(join(directory, '.dockerignore'), one.ignore);
  writeFile(join(directory, 'Dockerfile'), replace(one.dockerfile));
}

function writeFile(path: string, file: CaseFile): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  if (typeof file === 'object' && 'link' in file) {
    symlinkSync(file.link, path);
    lutimesSync(path, modified, modified);
    return;
  }
  if (typeof file === 'object' && 'directory' in file) {
    mkdirSync(path);
    chmodSync(path, file.mode ?? 0o755);
  } else {
    writeFileSync(path, contentOf(file));
    chmodSync(path, typeof file === 'object' && 'mode' in file ? file.mode : 0o644);
  }
  utimesSync(path, modified, modified);
}

function contentOf(file: Exclude<CaseFile, { link: string } | { directory: true }>): string | Buffer {
  if (typeof file === 'string') return file;
  if ('content' in file) return file.content;
  const bytes = archiveOf(file.archive);
  if (file.compress === undefined) return bytes;
  return spawnSync(file.compress, ['-c'], { input: bytes }).stdout;
}

/** A tar archive of files of 1000:1001, mode 0640. */
export function archiveOf(files: Readonly<Record<string, string>>): Buffer {
  const members = Object.entries(files).map(([name, content]) =>
    encodeTarMember({ type: 'file', name, mode: 0o640, uid: 1000, gid: 1001, mtime: modified }, Buffer.from(content)),
  );
  return Buffer.concat([...members, tarEnd()]);
}
