// Gathers small pieces into large writes: a million log lines must not be a million system calls.

const batchSize = 64 * 1024;

/** Sends bytes; what it returns is awaited before more is sent (undefined: no need to). */
type Write = (data: Uint8Array) => Promise<void> | undefined;

/**
 * Pieces added in one turn of the event loop leave together, so nothing waits noticeably. A full batch leaves at
 * once, with the back-pressure of `write`.
 */
export class BatchWriter {
  readonly #write: Write;
  #batch = Buffer.allocUnsafe(0);
  #filled = 0;
  #scheduled = false;
  #pending: Promise<void> | undefined;
  #error: unknown;

  constructor(write: Write) {
    this.#write = write;
  }

  /** Adds a piece (it is copied). Await what it returns, if anything. Throws what `write` threw. */
  add(data: Uint8Array | string): Promise<void> | undefined {
    if (this.#error !== undefined) throw this.#error;
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    if (this.#filled + bytes.length > this.#batch.length) {
      const waiting = this.flush();
      if (bytes.length >= batchSize) return this.#write(bytes) ?? waiting;
      this.#batch = Buffer.allocUnsafe(batchSize);
      this.#put(bytes);
      return waiting;
    }
    this.#put(bytes);
    return this.#pending;
  }

  /** Sends what is gathered. */
  flush(): Promise<void> | undefined {
    if (this.#filled === 0) return this.#pending;
    const batch = this.#batch.subarray(0, this.#filled);
    // The writer keeps the bytes until they are sent: what follows goes into the rest of the buffer.
    this.#batch = this.#batch.subarray(this.#filled);
    this.#filled = 0;
    const sent = this.#write(batch);
    if (sent === undefined) return undefined;
    const pending = sent.finally(() => {
      if (this.#pending === pending) this.#pending = undefined;
    });
    this.#pending = pending;
    return pending;
  }

  #put(bytes: Uint8Array): void {
    this.#batch.set(bytes, this.#filled);
    this.#filled += bytes.length;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      try {
        this.flush()?.catch(error => (this.#error = error));
      } catch (error) {
        this.#error = error;
      }
    });
  }
}
