// Opening an encrypted connection a request goes over.

import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';

/** PEM texts of one side's trust and identity; without `verify` any server is believed. */
export interface TlsTrust {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly verify: boolean;
}

/**
 * Connects and shakes hands; the socket allows half-open: ending it sends `close_notify` and reads on. Rejects with
 * Node's system error, or with the code of node:tls (`ERR_TLS_CERT_ALTNAME_INVALID`, `UNABLE_TO_VERIFY_…`, `ERR_SSL_…`).
 */
export function dialTls(address: { host: string; port: number }, trust: TlsTrust): TLSSocket {
  const { ca, cert, key, verify } = trust;
  const socket = connect({
    ...address,
    ...{ ca, cert, key, rejectUnauthorized: verify, minVersion: 'TLSv1.2', allowHalfOpen: true },
    // A name in SNI, never an address (RFC 6066).
    ...(isIP(address.host) ? {} : { servername: address.host }),
  });
  socket.setNoDelay(true);
  return socket;
}
