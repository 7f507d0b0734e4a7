// HTTP over TLS: a listener whose connections are handed on once the handshake is done.

import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer } from 'node:tls';

/** PEM texts. With `ca`, a client must show a certificate that one of these authorities signed. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

// A peer that stays silent may not hold a descriptor for longer.
const handshakeMilliseconds = 15_000;

/**
 * A server that passes each authenticated connection to `accept`; the connections allow half-open (a `close_notify`
 * ends one direction only). Closing it breaks handshakes that are under way. Throws what node:tls throws for PEM texts
 * that are none, or a key that is not the certificate's.
 */
export function createTlsListener(identity: TlsIdentity, accept: (connection: Duplex) => void): Server {
  const { cert, key, ca } = identity;
  const greeting = new Set<Duplex>();
  const server = createServer({
    ...{ cert, key, ca, minVersion: 'TLSv1.2', handshakeTimeout: handshakeMilliseconds, allowHalfOpen: true },
    ...(ca === undefined ? {} : { requestCert: true, rejectUnauthorized: true }),
  });
  // Bun hands out the TLS socket itself here, before its handshake.
  server.on('connection', (socket: Duplex) => {
    greeting.add(socket);
    socket.once('close', () => greeting.delete(socket));
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('secureConnection', socket => {
    greeting.delete(socket);
    // A client that must show a certificate and did not is turned away by the handshake; this is the second lock.
    if (ca !== undefined && !socket.authorized) return void socket.destroy();
    socket.setNoDelay(true);
    accept(socket);
  });
  const close = server.close.bind(server);
  server.close = done => {
    close(done);
    for (const socket of greeting) socket.destroy();
    return server;
  };
  return server;
}
