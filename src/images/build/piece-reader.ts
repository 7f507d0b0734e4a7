// Pieces of files, into one buffer.
import { closeSync, openSync, readSync } from 'node:fs';
import { systemError } from '../../lib/errors.ts';
import type { FilePiece } from '../workers/layer-jobs.ts';

export class PieceReader {
  #buffer: Buffer = Buffer.alloc(0);

  /** What it returns is overwritten by the next call. Throws `system` when the file is shorter. */
  read({ path, offset, length }: FilePiece): Uint8Array {
    if (this.#buffer.length < length) this.#buffer = Buffer.allocUnsafeSlow(length);
    const file = openSync(path, 'r');
    try {
      if (readSync(file, this.#buffer, 0, length, offset) < length) throw systemError(`${path} is shorter than it was`);
    } finally {
      closeSync(file);
    }
    return this.#buffer.subarray(0, length);
  }
}
