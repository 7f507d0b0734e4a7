// A file, or what is left of it, as the body of a request: its length is known, and one piece of memory is enough.

import { fstatSync, readFileSync, readSync } from 'node:fs';
import type { FileBody } from '../io.ts';

const portion = 256 * 1024;

/** The bytes of an open file from where it stands; one that is no file, or cannot be read, has none. */
export function fileBody(descriptor: number): FileBody | undefined {
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return undefined;
    // Whoever had it before may have read some of it.
    const position = Number(/^pos:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1]);
    return Number.isSafeInteger(position) ? new DescriptorBody(descriptor, stats.size - position) : undefined;
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
