// A file, or what is left of it, as the body of a request: its length is known, and one piece of memory is enough.

import { fstatSync, readSync } from 'node:fs';
import { descriptorPosition } from '../../kernel/index.ts';

const portion = 256 * 1024;

/** Read once; a chunk changes once the next was asked for. */
export interface FileBody extends AsyncIterable<Buffer> {
  /** Bytes. */
  readonly length: number;
}

/** The bytes of an open file from where it stands; one that is no file, or cannot be read, has none. */
export function fileBody(descriptor: number): FileBody | undefined {
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return undefined;
    // Whoever had it before may have read some of it.
    const position = descriptorPosition(descriptor);
    return position === undefined ? undefined : new DescriptorBody(descriptor, stats.size - position);
  } catch {
    return undefined;
  }
}

class DescriptorBody implements FileBody {
  readonly length: number;
  readonly #descriptor: number;

  constructor(descriptor: number, length: number) {
    this.#descriptor = descriptor;
    this.length = Math.max(0, length);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    const memory = Buffer.allocUnsafeSlow(portion);
    for (let left = this.length; left > 0; ) {
      const bytes = readSync(this.#descriptor, memory, 0, Math.min(left, portion), null);
      // Shorter by now than it was: whoever sends it says so.
      if (bytes === 0) return;
      yield memory.subarray(0, bytes);
      left -= bytes;
    }
  }
}
