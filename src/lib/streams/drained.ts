// Waiting for a stream that said "no more for now".

import type { Writable } from 'node:stream';

/** Resolves at the next `drain`, or when the stream is closed. Never rejects. */
export function drained(stream: Writable): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.once('drain', done);
    stream.once('close', done);
  });
}
