// Two daemons must not share a bridge or a firewall table: whoever comes first holds the name.

import { createServer } from 'node:net';
import { conflict, errorCode } from '../../../lib/errors.ts';

/** A name held until released, or until the process ends, however it ends. */
export interface Claim {
  release(): Promise<void>;
}

/**
 * Claims `name` on this machine. The claim is an abstract unix socket: like bridges and tables it belongs to the network
 * namespace, and the kernel drops it with the process. Throws `conflict` with `taken` when another process has it.
 */
export function claimName(name: string, taken: string): Promise<Claim> {
  const { promise, resolve, reject } = Promise.withResolvers<Claim>();
  const server = createServer(socket => socket.destroy());
  server.once('error', error => reject(errorCode(error) === 'EADDRINUSE' ? conflict(taken, error) : error));
  server.listen({ path: `\0berth-networks/${name}` }, () => {
    server.unref();
    resolve({ release: () => new Promise(done => server.close(() => done())) });
  });
  return promise;
}
