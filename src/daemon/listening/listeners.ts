// Where the API is served: what the hosts of the configuration mean, and which of them are safe.

import type { AdoptedSocket } from '../../kernel/index.ts';
import { invalid } from '../../lib/errors.ts';
import { type ListenAddress, parseListenAddress } from '../../lib/http/listen/listen-on.ts';
import type { TlsIdentity } from '../../lib/http/tls-listener.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { chooseActivatedSockets } from './activated-sockets.ts';

export type ListenOptions = Pick<Configuration, 'hosts' | 'group' | 'tls' | 'allowInsecureTcp'>;

/** One place the API is served at; `host` as it was configured. */
interface Listener {
  host: string;
  address: ListenAddress;
}

/**
 * All hosts in order, TCP with the certificates in `identity`. Throws `invalid` for a host nothing can listen on, and
 * for one where everybody who can connect would be root.
 */
export function planListeners(
  options: ListenOptions,
  identity: TlsIdentity | undefined,
  activated: readonly AdoptedSocket[],
): Listener[] {
  const tls = identity ? { tls: identity } : {};
  // The ports IANA gave to Docker.
  const defaultPort = options.tls ? 2376 : 2375;
  return options.hosts.flatMap((host): Listener[] => {
    if (host.startsWith('fd://')) {
      return chooseActivatedSockets(host, activated).map(socket => {
        if (socket.kind === 'tcp' && !socket.loopback) requireCertificates(host, options);
        return { host, address: { kind: 'fd', fd: socket.descriptor, ...(socket.kind === 'tcp' ? tls : {}) } };
      });
    }
    const address = parseListenAddress(host, defaultPort);
    if (address.kind === 'unix') return [{ host, address: { ...address, group: options.group } }];
    if (!isLoopback(address.host)) requireCertificates(host, options);
    return [{ host, address: { ...address, ...tls } }];
  });
}

/** What `planListeners` refuses, as far as it can be known before sockets are taken over. */
export function checkHosts(options: ListenOptions): void {
  const hosts = options.hosts.filter(host => !host.startsWith('fd://'));
  planListeners({ ...options, hosts }, undefined, []);
}

function requireCertificates(host: string, options: ListenOptions): void {
  if (options.tls?.verify || options.allowInsecureTcp) return;
  throw invalid(
    `refusing to listen on ${host} without client certificates: anybody who can connect would have root access; ` +
      'use --tlsverify, a unix socket or a loopback address, or ask for it with --allow-insecure-tcp',
  );
}

const isLoopback = (host: string) => /^(127(\.\d{1,3}){3}|localhost|::1)$/.test(host);
