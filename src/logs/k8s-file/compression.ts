// Rotated files as gzip, and back.

import { closeSync, createReadStream, createWriteStream, openSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** Larger than usual: zlib in the thread pool pays for every piece. */
const chunkSize = 256 * 1024;

/** Replaces a file by `<file>.gz`. Interrupted, it leaves the file as it was. */
export async function compressFile(path: string, signal: AbortSignal): Promise<void> {
  const half = `${path}.gz.tmp`;
  const output = createWriteStream(half, { mode: 0o600 });
  try {
    await pipeline(createReadStream(path), createGzip({ chunkSize }), output, { signal });
  } catch (error) {
    rmSync(half, { force: true });
    throw error;
  }
  // In one go, so that no reader of this process finds both.
  renameSync(half, `${path}.gz`);
  unlinkSync(path);
}

/** Unpacks an open gzip file into one without a name beside `path`; the caller closes it. */
export async function expandFile(fd: number, path: string): Promise<number> {
  const name = join(dirname(path), `.expanded-${process.pid}-${fd}`);
  const expanded = openSync(name, 'w+', 0o600);
  unlinkSync(name);
  try {
    const input = createReadStream(name, { fd, autoClose: false, start: 0 });
    const output = createWriteStream(name, { fd: expanded, autoClose: false, start: 0 });
    await pipeline(input, createGunzip({ chunkSize }), output);
    return expanded;
  } catch (error) {
    closeSync(expanded);
    throw error;
  }
}
