// A message body on its way to its reader: a queue that stops its source while it is full.

import { ProtocolError } from './protocol-error.ts';

// Beyond this nothing more is taken off the connection until all is read: what the kernel keeps costs nobody memory here.
const highWater = 64 * 1024;

/** What the queue asks of the connection that fills it. */
interface BodySource {
  /** Stop delivering; too much is queued. */
  pause(): void;
  resume(): void;
  /** The reader wants the first byte (a server then sends `100 Continue`). */
  wanted(): void;
}

/**
 * One body, read once: by iteration (leaving it early discards the rest) or by `buffer`. Ends with the body; throws
 * when the connection breaks before that.
 */
export class BodyReader implements AsyncIterable<Buffer> {
  #queue: Buffer[] = [];
  #queued = 0;
  #waiting: PromiseWithResolvers<void> | undefined;
  #ended = false;
  #error: Error | undefined;
  #paused = false;
  #wanted = false;
  #discarding = false;
  readonly #source: BodySource;

  constructor(source: BodySource) {
    this.#source = source;
  }

  /** For the connection: more bytes. They are not copied. */
  push(data: Buffer): void {
    if (this.#discarding || this.#error) return;
    this.#queue.push(data);
    this.#queued += data.length;
    this.#wake();
    if (this.#queued > highWater && !this.#paused) {
      this.#paused = true;
      this.#source.pause();
    }
  }

  /** For the connection: the body is complete. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** For the connection: the body will never be complete. What is queued is still delivered. */
  fail(error: Error): void {
    if (this.#ended) return;
    this.#error ??= error;
    this.#wake();
  }

  /** Drops what is queued and what is still to come. */
  discard(): void {
    this.#discarding = true;
    this.#queue = [];
    this.#queued = 0;
    this.#unpause();
  }

  /** The whole body. Throws ProtocolError 413 when it is longer than `limit` bytes. */
  async buffer(limit: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of this) {
      length += part.length;
      if (length > limit) throw new ProtocolError(413, `request body is larger than ${limit} bytes`);
      parts.push(part);
    }
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    if (!this.#wanted && !this.#ended) this.#source.wanted();
    this.#wanted = true;
    try {
      for (;;) {
        const next = this.#queue.shift();
        if (next !== undefined) {
          this.#queued -= next.length;
          yield next;
        } else if (this.#error) {
          throw this.#error;
        } else if (this.#ended || this.#discarding) {
          return;
        } else {
          this.#unpause();
          this.#waiting ??= Promise.withResolvers<void>();
          await this.#waiting.promise;
        }
      }
    } finally {
      this.discard();
    }
  }

  #wake(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  #unpause(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#source.resume();
  }
}
