// HTTP over TLS: a listener whose connections are handed on once the handshake is done.

import { fstatSync, writeSync } from 'node:fs';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer } from 'node:tls';
import { errorCode } from '../errors.ts';

/** PEM texts. With `ca`, a client must show a certificate that one of these authorities signed. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

// A peer that stays silent may not hold a descriptor for longer.
const handshakeMilliseconds = 15_000;

/** What Go's servers say. */
const plainAnswer = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';

/**
 * A server that passes each authenticated connection to `accept`; the connections allow half-open (a `close_notify`
 * ends one direction only). Who speaks plain HTTP is told so. Closing it breaks handshakes that are under way. Throws what node:tls throws for PEM texts
 * that are none, or a key that is not the certificate's.
 */
export function createTlsListener(identity: TlsIdentity, accept: (connection: Duplex) => void): Server {
  const { cert, key, ca } = identity;
  const greeting = new Set<Duplex>();
  const server = createServer({
    ...{ cert, key, ca, minVersion: 'TLSv1.2', handshakeTimeout: handshakeMilliseconds, allowHalfOpen: true },
    ...(ca === undefined ? {} : { requestCert: true, rejectUnauthorized: true }),
  });
  const inodes = new WeakMap<Duplex, number>();
  // Bun hands out the TLS socket itself here, before its handshake.
  server.on('connection', (socket: Duplex) => {
    greeting.add(socket);
    inodes.set(socket, inode(descriptorOf(socket)));
    socket.once('close', () => greeting.delete(socket));
  });
  server.on('tlsClientError', (error, socket) => {
    if (errorCode(error) === 'ERR_SSL_HTTP_REQUEST') answerPlainly(descriptorOf(socket), inodes.get(socket));
    socket.destroy();
  });
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

/** Past TLS, which would encrypt it. The descriptor is the runtime's: nothing is written unless it still is that socket. */
function answerPlainly(descriptor: number, expected: number | undefined): void {
  if (descriptor < 0 || expected === 0 || inode(descriptor) !== expected) return;
  try {
    writeSync(descriptor, plainAnswer);
  } catch {
    // Then the client hears what it would have heard without us: nothing.
  }
}

/** -1 when the runtime does not tell. */
function descriptorOf(socket: Duplex): number {
  const { _handle: handle } = socket as { _handle?: { fd?: unknown } | null };
  return typeof handle?.fd === 'number' ? handle.fd : -1;
}

/** 0 when it is not open. */
function inode(descriptor: number): number {
  try {
    return descriptor < 0 ? 0 : fstatSync(descriptor).ino;
  } catch {
    return 0;
  }
}
