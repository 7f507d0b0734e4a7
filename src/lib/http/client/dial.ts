// Opening the connection a request goes over.

import type { Socket } from 'node:net';
import { dialTls, type TlsTrust } from './dial-tls.ts';

/** Where an HTTP server listens; with `tls`, encrypted. */
export type DialAddress = { path: string } | { host: string; port: number; tls?: TlsTrust };

/** Connects; the socket allows half-open. Rejects with Node's system error (ENOENT, ECONNREFUSED, EACCES, …) or that of TLS. */
export function dial(address: DialAddress, signal?: AbortSignal): Promise<Socket> {
  const tls = 'tls' in address ? address.tls : undefined;
  // Loaded here: the command line reaches a local daemon without it, and starts sooner.
  const { connect } = process.getBuiltinModule('node:net');
  const socket =
    tls && 'host' in address ? dialTls(address, tls) : connect({ ...address, allowHalfOpen: true, noDelay: true });
  return connected(socket, tls ? 'secureConnect' : 'connect', signal);
}

/** `socket` once `event` says it can be used; destroyed when that fails or the signal comes first. */
export function connected<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  signal?: AbortSignal,
): Promise<S> {
  return new Promise((resolve, reject) => {
    const stop = (error: Error) => {
      signal?.removeEventListener('abort', onAbort);
      socket.destroy();
      reject(error);
    };
    const onAbort = () => stop(signal?.reason instanceof Error ? signal.reason : new Error('the call was cancelled'));
    socket.once('error', stop);
    socket.once(event, () => {
      socket.off('error', stop);
      signal?.removeEventListener('abort', onAbort);
      resolve(socket);
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
}
