// A connection through an HTTP proxy, by CONNECT.

import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { dial } from './dial.ts';
import { type HttpRequest, type HttpResponse, sendRequest } from './request.ts';

/** A proxy to ask; `authorization` is the value of `Proxy-Authorization`. */
export interface ProxyAddress {
  readonly host: string;
  readonly port: number;
  /** The proxy itself is reached by TLS. */
  readonly secure: boolean;
  readonly authorization?: string | undefined;
}

/** Connects to the proxy alone: for plain HTTP, whose requests it takes by their whole URL. */
export function dialProxy(proxy: ProxyAddress, signal?: AbortSignal): Promise<Socket> {
  const { host, port, secure } = proxy;
  return dial({ host, port, ...(secure ? { tls: { verify: true } } : {}) }, signal);
}

/** Opens a tunnel to `host:port`; rejects with `Error(<the proxy's status>)` as Go does when the proxy will not. */
export async function openTunnel(
  proxy: ProxyAddress,
  target: { host: string; port: number },
  signal?: AbortSignal,
): Promise<Duplex> {
  const connection = await dialProxy(proxy, signal);
  const authority = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
  const request: HttpRequest = {
    method: 'CONNECT',
    target: authority,
    headers: {
      Host: authority,
      ...(proxy.authorization === undefined ? {} : { 'Proxy-Authorization': proxy.authorization }),
    },
  };
  const response: HttpResponse = await sendRequest(connection, request, { signal, upgrade: true });
  if (response.status === 200) return response.takeOver();
  response.close();
  throw new Error(`proxy refused the connection: ${response.status}`);
}
