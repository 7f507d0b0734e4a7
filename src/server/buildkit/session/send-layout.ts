// An OCI layout of ours becomes one of the client's: it takes the blobs, and writes the index itself.
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobStore } from '../../../builder/index.ts';

/** `directory`: a layout with blobs by sha256 only. Throws what the client says, `cancelled`. */
export async function sendLayout(blobs: BlobStore, directory: string, signal: AbortSignal): Promise<void> {
  const folder = join(directory, 'blobs', 'sha256');
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const content = createReadStream(path);
    try {
      await blobs.write({ digest: `sha256:${name}`, size: statSync(path).size }, content, signal);
    } finally {
      // Nobody has read it where the client was not to be reached.
      content.destroy();
    }
  }
}
