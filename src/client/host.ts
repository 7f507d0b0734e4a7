// Addresses of daemons.

import { invalid } from '../lib/errors.ts';
import type { DialAddress } from '../lib/http/client/dial.ts';

/** Parses `unix:///path`, `tcp://host:port` and `http://host:port`. Throws `invalid`. */
export function parseHost(host: string): DialAddress {
  if (host.startsWith('unix://')) {
    const path = host.slice('unix://'.length);
    if (path === '') throw invalid(`unable to parse docker host \`${host}\``);
    return { path };
  }
  const match = /^(?:tcp|http):\/\/(?:\[([0-9a-fA-F:.]+)\]|([^:/[\]]+))(?::(\d{1,5}))?\/?$/.exec(host);
  if (!match) throw invalid(`unable to parse docker host \`${host}\``);
  return { host: match[1] ?? match[2] ?? '', port: Number(match[3] ?? 2375) };
}
