// One client's connection to conmon's attach socket.

import type { Duplex } from 'node:stream';
import type { AttachStream, OutputChunk } from '../process.ts';

/** The first byte of each packet from conmon. */
const stderrMark = 3;

/**
 * conmon takes the end of any session for the end of stdin (when it was told to close stdin at all). A session that
 * was not given stdin therefore must not go before the process does: with `linger`, `close()` goes on reading,
 * to nowhere, until the process ends.
 */
export class AttachSession implements AttachStream {
  readonly output: AsyncIterable<OutputChunk>;
  readonly stdin: AttachStream['stdin'];
  readonly #socket: Duplex;
  readonly #linger: boolean;
  #closed = false;

  constructor(socket: Duplex, options: { linger: boolean }) {
    this.#socket = socket;
    this.#linger = options.linger;
    // A monitor that goes away is the end of output; a write to it finds out by itself.
    socket.on('error', () => this.#closed || socket.destroy());
    this.output = { [Symbol.asyncIterator]: () => this.#packets() };
    this.stdin = {
      write: data => this.#write(data),
      end: () => {
        if (!this.#linger && socket.writable) socket.end();
      },
    };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#linger) {
      this.#socket.destroy();
      return;
    }
    this.#socket.once('end', () => this.#socket.destroy());
    this.#socket.resume();
  }

  async *#packets(): AsyncGenerator<OutputChunk> {
    const socket = this.#socket;
    // Read by hand: a stream's own iterator costs more than a packet does.
    while (!this.#closed) {
      const packet = socket.read() as Buffer | null;
      if (packet !== null) yield { stream: packet[0] === stderrMark ? 'stderr' : 'stdout', data: packet.subarray(1) };
      else if (socket.readableEnded || socket.destroyed) break;
      else await readable(socket);
    }
    if (!this.#closed) socket.destroy();
    // As long as this waited, `close` could not let it flow.
    else if (this.#linger) socket.resume();
  }

  #write(data: Buffer): Promise<void> {
    if (this.#linger || !this.#socket.writable) return Promise.resolve();
    return new Promise(resolve => {
      // A process that no longer reads is not the writer's fault.
      const done = () => {
        this.#socket.off('close', done);
        resolve();
      };
      this.#socket.once('close', done);
      this.#socket.write(data, done);
    });
  }
}

/** Resolves when there is something to read, or nothing more will come. */
function readable(socket: Duplex): Promise<void> {
  return new Promise(resolve => {
    const events = ['readable', 'end', 'close'] as const;
    const done = () => {
      for (const event of events) socket.off(event, done);
      resolve();
    };
    for (const event of events) socket.on(event, done);
  });
}
