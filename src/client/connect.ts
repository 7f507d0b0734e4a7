// Makes a client of a daemon's address.

import type { Client } from './client.ts';

/** A client of the daemon at `host` (`unix:///path`, `tcp://host:port`). Opens no connection until the first call. */
export function connect(options: { host: string; version?: string }): Client {
  throw new Error(options.host);
}
