// Writing from memory that is used again.

/** A part of what a Writable of node:stream is. */
interface Target {
  write(data: string | Uint8Array, done: () => void): unknown;
  once(event: 'close', listener: () => void): unknown;
  off(event: 'close', listener: () => void): unknown;
}

/** Writes; resolves when the stream does not look at `data` any more, or is closed. Never rejects. */
export function written(stream: Target, data: string | Uint8Array): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      stream.off('close', done);
      resolve();
    };
    stream.once('close', done);
    stream.write(data, done);
  });
}
