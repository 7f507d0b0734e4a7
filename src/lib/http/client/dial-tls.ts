// Opening an encrypted connection a request goes over.

import type { Duplex } from 'node:stream';
import type { ConnectionOptions, TLSSocket } from 'node:tls';

/** PEM texts of one side's trust and identity; without `verify` any server is believed. */
export interface TlsTrust {
  /** Instead of the public authorities. */
  readonly ca?: string | readonly string[];
  readonly cert?: string;
  readonly key?: string;
  readonly verify: boolean;
}

/**
 * Connects and shakes hands; the socket allows half-open: ending it sends `close_notify` and reads on. Rejects with
 * Node's system error, or with the code of node:tls (`ERR_TLS_CERT_ALTNAME_INVALID`, `UNABLE_TO_VERIFY_…`, `ERR_SSL_…`).
 * `over`: a connection that leads there already, through a proxy.
 */
export function dialTls(address: { host: string; port: number }, trust: TlsTrust, over?: Duplex): TLSSocket {
  const { ca, cert, key, verify } = trust;
  // Loaded here: most command lines encrypt nothing, and start sooner without them.
  const { isIP } = process.getBuiltinModule('node:net');
  const { connect } = process.getBuiltinModule('node:tls');
  const options: ConnectionOptions & { allowHalfOpen: boolean } = {
    allowHalfOpen: true,
    ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
    ...{ cert, key, rejectUnauthorized: verify, minVersion: 'TLSv1.2', host: address.host },
    // A name in SNI, never an address (RFC 6066).
    ...(isIP(address.host) ? {} : { servername: address.host }),
    ...(over ? { socket: over } : { port: address.port }),
  };
  const socket = connect(options);
  socket.setNoDelay(true);
  return socket;
}
