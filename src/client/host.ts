// Addresses of daemons.

import { invalid } from '../lib/errors.ts';
import type { DialAddress } from '../lib/http/client/dial.ts';
import type { TlsTrust } from '../lib/http/client/dial-tls.ts';

/**
 * Parses `unix:///path` and `tcp://host:port` (also `http` and `https`; the port is 2375, with `tls` 2376, unless said).
 * A unix socket is never encrypted. Throws `invalid`.
 */
export function parseHost(host: string, tls?: TlsTrust): DialAddress {
  if (host.startsWith('unix://')) {
    const path = host.slice('unix://'.length);
    if (path === '') throw invalid(`unable to parse docker host \`${host}\``);
    return { path };
  }
  const match = /^(?:tcp|http(s)?):\/\/(?:\[([0-9a-fA-F:.]+)\]|([^:/[\]]+))(?::(\d{1,5}))?\/?$/.exec(host);
  if (!match) throw invalid(`unable to parse docker host \`${host}\``);
  const trust = tls ?? (match[1] ? { verify: true } : undefined);
  const address = { host: match[2] ?? match[3] ?? '', port: Number(match[4] ?? (trust ? 2376 : 2375)) };
  return trust ? { ...address, tls: trust } : address;
}
