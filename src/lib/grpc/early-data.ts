// Connections that were taken over from another protocol together with the first bytes of the next one.
import { Duplex } from 'node:stream';

/**
 * The connection itself, or one before it when bytes were put back into it: Bun's HTTP/2 reads a socket past those.
 * Whoever gets it owns the connection.
 */
export function withEarlyData(connection: Duplex): Duplex {
  return connection.readableLength === 0 ? connection : new PassedOn(connection);
}

class PassedOn extends Duplex {
  readonly #inner: Duplex;

  constructor(inner: Duplex) {
    super({ allowHalfOpen: false });
    this.#inner = inner;
    inner.on('data', (data: Buffer) => {
      if (!this.push(data)) inner.pause();
    });
    inner.once('end', () => this.push(null));
    inner.once('close', () => this.destroy());
    inner.on('error', error => this.destroy(error));
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _write(data: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#inner.write(data)) done();
    else this.#inner.once('drain', done);
  }

  override _final(done: () => void): void {
    this.#inner.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#inner.destroy();
    done(error);
  }
}
