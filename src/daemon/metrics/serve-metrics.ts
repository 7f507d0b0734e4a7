// The address where Prometheus reads: GET /metrics, nothing else.

import { errorMessage, systemError } from '../../lib/errors.ts';
import { HttpServer } from '../../lib/http/http-server.ts';
import type { EngineMetrics } from './engine-metrics.ts';

/** Listens on `address` (`host:port`; no host is every address). Throws `system` when it cannot. */
export async function serveMetrics(address: string, metrics: EngineMetrics): Promise<HttpServer> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const server = new HttpServer(exchange => {
    const type = (text: string) => ({ 'Content-Type': text });
    if (exchange.target.split('?')[0] !== '/metrics') {
      exchange.send(404, type('text/plain; charset=utf-8'), '404 page not found\n');
    } else if (exchange.method !== 'GET' && exchange.method !== 'HEAD') {
      exchange.send(405, type('text/plain; charset=utf-8'), 'method not allowed\n');
    } else {
      exchange.send(200, type('text/plain; version=0.0.4; charset=utf-8'), metrics.format());
    }
  });
  try {
    await server.listen({ port: Number(address.slice(colon + 1)), ...(host ? { host } : {}) });
  } catch (error) {
    throw systemError(`failed to serve metrics on ${address}: ${errorMessage(error)}`, error);
  }
  return server;
}
