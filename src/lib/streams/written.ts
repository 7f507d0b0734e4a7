// Writing from memory that is used again.

import type { Writable } from 'node:stream';

/** Writes; resolves when the stream does not look at `data` any more, or is closed. Never rejects. */
export function written(stream: Writable, data: string | Uint8Array): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      stream.off('close', done);
      resolve();
    };
    stream.once('close', done);
    stream.write(data, done);
  });
}
