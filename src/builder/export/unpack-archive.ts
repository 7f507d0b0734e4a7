// An archive of our own as files: an OCI layout in a directory.
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BerthError } from '../../lib/errors.ts';
import { readTar } from '../../lib/tar/read-tar.ts';

/** Only directories and files are in it. Throws `cancelled`. */
export async function unpackTar(archive: AsyncIterable<Buffer>, directory: string, signal: AbortSignal): Promise<void> {
  for await (const { entry, body } of readTar(archive)) {
    if (signal.aborted) throw new BerthError('cancelled', 'the export was cancelled');
    const path = join(directory, entry.name);
    if (entry.type === 'directory') {
      mkdirSync(path, { recursive: true, mode: 0o755 });
      continue;
    }
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    await writeFile(path, body, { mode: 0o644 });
  }
}
