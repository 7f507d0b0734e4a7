// A connection to a unix socket for plain calls. node:net and the streams it is made of would be a third of what a short command
// line takes from its start to its end; whoever takes connections over gets those all the same.

import { EventEmitter } from 'node:events';
import type { Connection } from '../lib/http/client/connection.ts';

interface Unsent {
  readonly data: Uint8Array;
  readonly done: (() => void) | undefined;
}

/** Emits `data`, `end`, `error` and `close` as a Duplex does. Nothing is read while it is paused. */
export class LocalConnection extends EventEmitter implements Connection {
  destroyed = false;
  #socket: Bun.Socket | undefined;
  #unsent: Unsent[] = [];
  #paused = false;
  /** What came before somebody wanted it. */
  #held: Buffer[] = [];

  /** Connects. Rejects with a system error (ENOENT, ECONNREFUSED, EACCES, …), or the reason of `signal`. */
  static async open(path: string, signal?: AbortSignal): Promise<LocalConnection> {
    const connection = new LocalConnection();
    await Bun.connect({
      unix: path,
      // What a server says after it has said that it will read no more is read.
      allowHalfOpen: true,
      socket: {
        open: socket => {
          connection.#socket = socket;
        },
        data: (_, data) => connection.#came(data),
        drain: () => connection.#send(),
        end: () => void connection.emit('end'),
        error: (_, error) => connection.#fail(error),
        close: () => connection.#close(),
        // The promise is rejected with it.
        connectError: () => {},
      },
    });
    if (!signal?.aborted) return connection;
    connection.destroy();
    throw signal.reason;
  }

  isPaused(): boolean {
    return this.#paused;
  }

  /** `done` is called when nobody looks at `data` any more, unless the connection closes before. */
  write(data: string | Uint8Array, done?: () => void): void {
    if (this.destroyed) return;
    this.#unsent.push({ data: typeof data === 'string' ? Buffer.from(data) : data, done });
    if (this.#unsent.length === 1) this.#send();
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#socket?.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    while (!this.#paused && this.#held.length > 0) this.emit('data', this.#held.shift());
    if (!this.#paused) this.#socket?.resume();
  }

  /** Puts bytes back that are to be read first. */
  unshift(data: Buffer): void {
    this.#held.unshift(data);
  }

  destroy(): void {
    if (this.destroyed) return;
    this.#socket?.terminate();
    this.#close();
  }

  #came(data: Buffer): void {
    if (this.destroyed) return;
    if (this.#paused || this.#held.length > 0) this.#held.push(data);
    else this.emit('data', data);
  }

  #send(): void {
    for (let next = this.#unsent[0]; next; next = this.#unsent[0]) {
      const sent = this.#socket?.write(next.data) ?? 0;
      // Whether it is closed is told elsewhere.
      if (sent < 0) return;
      if (sent < next.data.length) {
        this.#unsent[0] = { ...next, data: next.data.subarray(sent) };
        return;
      }
      this.#unsent.shift();
      next.done?.();
    }
  }

  #fail(error: Error): void {
    if (this.destroyed) return;
    this.emit('error', error);
    this.destroy();
  }

  #close(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.#unsent = [];
    this.#held = [];
    this.emit('close');
  }
}
