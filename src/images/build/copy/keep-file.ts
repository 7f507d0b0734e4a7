// A file that somebody else has open, as a file of ours.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { TimeSlice } from '../../../lib/concurrency/time-slice.ts';
import { writeStrides } from '../../../lib/files/write-strides.ts';
import type { Digest } from '../../../oci/digest.ts';

/** Bytes that are read at once: what was read is still near the processor when it is digested and written. */
const portion = 256 * 1024;
/** A worker's, whom nobody waits for but those who gave it jobs; milliseconds. */
const slice = 10;

/** Bytes, and their digest, as they were written. */
export interface KeptFile {
  readonly digest: Digest;
  readonly size: number;
}

/**
 * Reads `from` (which stays open, and may change meanwhile) from its beginning to its end into a new file at `to`, 0600. Of that
 * nothing is left when it fails. Throws what the file system says, and what `signal` was aborted with.
 */
export async function keepFile({ from, to }: { from: number; to: string }, signal?: AbortSignal): Promise<KeptFile> {
  signal?.throwIfAborted();
  const memory = Buffer.allocUnsafeSlow(portion);
  const hash = createHash('sha256');
  const time = new TimeSlice(slice);
  const file = openSync(to, 'wx', 0o600);
  let size = 0;
  let isWhole = false;
  try {
    for (;;) {
      const length = readSync(from, memory, 0, portion, size);
      if (length === 0) break;
      const data = memory.subarray(0, length);
      hash.update(data);
      writeStrides(file, data);
      size += length;
      if (!time.used) continue;
      await time.pause();
      signal?.throwIfAborted();
    }
    isWhole = true;
    return { digest: `sha256:${hash.digest('hex')}`, size };
  } finally {
    closeSync(file);
    if (!isWhole) rmSync(to, { force: true });
  }
}
