// The HTTP/1.1 server: listeners, and the connections they accept.

import { createServer, type ListenOptions, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { Server as TlsServer } from 'node:tls';
import { type ExchangeHandler, ServerConnection } from './server-connection.ts';
import { createTlsListener, type TlsIdentity } from './tls-listener.ts';

/** Accepts connections on any number of listeners and hands every request to one handler. */
export class HttpServer {
  readonly #handler: ExchangeHandler;
  readonly #listeners = new Set<Server>();
  readonly #connections = new Map<Duplex, ServerConnection>();

  constructor(handler: ExchangeHandler) {
    this.#handler = handler;
  }

  /**
   * Starts to listen (`{ path }`, `{ host, port }`, or `{ fd }` of a socket that listens already), with `tls` for
   * encrypted connections only; resolves to what `address()` then says.
   */
  async listen(options: ListenOptions & { fd?: number }, tls?: TlsIdentity): Promise<ReturnType<Server['address']>> {
    const server = tls
      ? createTlsListener(tls, socket => this.accept(socket))
      : createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, socket => this.accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options, () => {
        server.off('error', reject);
        server.on('error', () => {});
        resolve();
      });
    });
    this.#listeners.add(server);
    return server.address();
  }

  /** Connections that come from now on see these certificates, where they are encrypted. Throws what node:tls throws. */
  renew(identity: TlsIdentity): void {
    for (const server of this.#listeners) if (server instanceof TlsServer) server.setSecureContext(identity);
  }

  /** Serves a connection that something else accepted or made; it must allow half-open. */
  accept(socket: Duplex): void {
    this.#connections.set(socket, new ServerConnection(socket, this.#handler));
    socket.once('close', () => this.#connections.delete(socket));
  }

  /** Connections that are open, hijacked ones included. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Stops listening, lets running requests but expendable ones end for `grace` milliseconds, then breaks every connection. */
  async close(options: { grace?: number } = {}): Promise<void> {
    const closed = [...this.#listeners].map(server => new Promise<void>(resolve => server.close(() => resolve())));
    this.#listeners.clear();
    const deadline = Date.now() + (options.grace ?? 0);
    for (;;) {
      for (const [socket, connection] of this.#connections)
        if (connection.idle || connection.expendable) socket.destroy();
      if (this.#connections.size === 0 || Date.now() >= deadline) break;
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    for (const socket of this.#connections.keys()) socket.destroy();
    await Promise.all(closed);
  }
}
