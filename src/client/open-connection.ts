// The bare connection to a daemon, for those who speak HTTP themselves.

import type { Duplex } from 'node:stream';
import { dial } from '../lib/http/client/dial.ts';
import type { TlsTrust } from '../lib/http/client/dial-tls.ts';
import { dialSsh } from './dial-ssh.ts';
import { connectionError } from './failure.ts';
import { parseHost } from './host.ts';

/** Connects to the daemon at `host`; half-open is allowed. Rejects with `unavailable`, or `invalid` for a bad host. */
export async function openConnection(host: string, tls?: TlsTrust): Promise<Duplex> {
  if (host.startsWith('ssh://')) return await dialSsh(host, 'berth');
  const address = parseHost(host, tls);
  try {
    return await dial(address);
  } catch (error) {
    throw connectionError(host, error);
  }
}
