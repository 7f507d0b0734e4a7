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
    const packets = this.#socket.iterator({ destroyOnReturn: false });
    try {
      for await (const packet of packets as AsyncIterable<Buffer>) {
        if (this.#closed) return;
        yield { stream: packet[0] === stderrMark ? 'stderr' : 'stdout', data: packet.subarray(1) };
      }
    } catch (error) {
      if (!this.#closed && !this.#socket.destroyed) throw error;
    }
    if (!this.#closed) this.#socket.destroy();
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
