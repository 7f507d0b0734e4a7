// HTTP to registries: connections kept and shared, through proxies, with the certificates of each host.
import type { Duplex } from 'node:stream';
import { BerthError } from '../../lib/errors.ts';
import { connected, dial } from '../../lib/http/client/dial.ts';
import { dialTls } from '../../lib/http/client/dial-tls.ts';
import { type HttpResponse, sendRequest } from '../../lib/http/client/request.ts';
import { dialProxy, openTunnel, type ProxyAddress } from '../../lib/http/client/tunnel.ts';
import type { Headers } from '../../lib/http/head.ts';
import type { Proxies } from '../options.ts';
import { machineAuthorities, readHostTrust } from './host-trust.ts';
import { IdleConnections } from './idle-connections.ts';
import { proxyFor } from './proxy.ts';
import { TransportError } from './transport-error.ts';
import { watchBody } from './watch-body.ts';

export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Headers;
  /** A stream is sent once only. */
  readonly body?: string | Uint8Array | (() => AsyncIterable<Uint8Array>) | undefined;
  /** Bytes of a stream, where they are known. */
  readonly length?: number | undefined;
  /** The certificate of the host is not checked. */
  readonly insecure?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the connection, and again for the head of the answer; half a minute and five when not said. */
  readonly patience?: number | undefined;
}

/** Read the body to its end, or `close`. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly url: URL;
  /** Throws TransportError when the connection breaks or stands still for too long. */
  readonly body: AsyncIterable<Buffer>;
  /** The whole body; throws `invalid` when it is longer than `limit` bytes. */
  buffer(limit: number): Promise<Buffer>;
  close(): void;
}

interface TransportOptions {
  certificateFolders: readonly string[];
  proxies: Proxies;
  userAgent: string;
  /** Milliseconds a body may stand still. */
  stallTime?: number;
}

const dialTime = 30_000;
const headTime = 300_000;

/** Sends requests; no cookies, no redirects. `close` gives up the idle connections. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #idle = new IdleConnections();
  #authorities: string[] | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** Throws TransportError when there is no answer, `cancelled` by the signal, `invalid` for broken certificate files. */
  async send(call: Call): Promise<Answer> {
    const proxy = proxyFor(call.url, this.#options.proxies);
    const place = `${call.insecure ? 'insecure ' : ''}${call.url.origin}`;
    try {
      const idle = this.#idle.take(place);
      const response = await (idle
        ? this.#sendOnIdle(idle, { call, proxy, place })
        : this.#sendOnNew({ call, proxy, place }));
      return this.#answer(call, response);
    } catch (error) {
      throw explain(error, call);
    }
  }

  close(): void {
    this.#idle.close();
  }

  /** A kept connection may have ended just now, unseen; then the request goes out again on a new one. */
  async #sendOnIdle(connection: Duplex, sending: Sending): Promise<HttpResponse> {
    try {
      return await this.#exchange(connection, sending);
    } catch (error) {
      // Of a stream the other side may have taken a part: whoever sends it asks how much before it goes on.
      if (sending.call.signal?.aborted || typeof sending.call.body === 'function') throw error;
      return this.#sendOnNew(sending);
    }
  }

  async #sendOnNew(sending: Sending): Promise<HttpResponse> {
    const { call, proxy } = sending;
    return withTimeLimit(call.patience ?? dialTime, call.signal, signal => this.#connect(call, proxy, signal)).then(
      connection => this.#exchange(connection, sending),
    );
  }

  #exchange(connection: Duplex, { call, proxy, place }: Sending): Promise<HttpResponse> {
    const { url, method, body, length, patience = headTime } = call;
    const viaProxy = proxy && url.protocol === 'http:';
    const request = {
      method,
      target: viaProxy ? (url.href.split('#')[0] as string) : `${url.pathname}${url.search}`,
      headers: {
        Host: url.host,
        'User-Agent': this.#options.userAgent,
        ...(viaProxy && proxy.authorization !== undefined ? { 'Proxy-Authorization': proxy.authorization } : {}),
        ...call.headers,
      },
      body: typeof body === 'function' ? body() : body,
      length,
    };
    const keep = (kept: Duplex) => this.#idle.put(place, kept);
    return withTimeLimit(patience, call.signal, signal => sendRequest(connection, request, { signal, keep }));
  }

  async #connect(call: Call, proxy: ProxyAddress | undefined, signal: AbortSignal): Promise<Duplex> {
    const { url, insecure = false } = call;
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const secure = url.protocol === 'https:';
    const address = { host, port: Number(url.port) || (secure ? 443 : 80) };
    if (!secure) return proxy ? dialProxy(proxy, signal) : dial(address, signal);
    this.#authorities ??= machineAuthorities();
    const { certificateFolders: folders } = this.#options;
    const tls = readHostTrust(url.host, { folders, insecure, authorities: this.#authorities });
    if (!proxy) return dial({ ...address, tls }, signal);
    const tunnel = await openTunnel(proxy, address, signal);
    return connected(dialTls(address, tls, tunnel), 'secureConnect', signal);
  }

  #answer(call: Call, response: HttpResponse): Answer {
    const stallTime = this.#options.stallTime ?? 60_000;
    const body = watchBody(response, { stallTime, onError: error => explain(error, call) });
    return {
      status: response.status,
      headers: response.headers,
      url: call.url,
      body,
      close: () => response.close(),
      async buffer(limit) {
        const parts: Buffer[] = [];
        let length = 0;
        for await (const part of body) {
          parts.push(part);
          length += part.length;
          if (length > limit)
            throw new BerthError('invalid', `${call.url.href}: the answer is larger than ${limit} bytes`);
        }
        return Buffer.concat(parts);
      },
    };
  }
}

interface Sending {
  call: Call;
  proxy: ProxyAddress | undefined;
  place: string;
}

function explain(error: unknown, call: Call): unknown {
  if (call.signal?.aborted) return new BerthError('cancelled', 'context canceled', { cause: call.signal.reason });
  return error instanceof BerthError ? error : new TransportError(call, error);
}

/** Runs `work` with a signal that fires with the caller's or after `time` milliseconds. It stays bound to the caller's. */
async function withTimeLimit<T>(
  time: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(Object.assign(new Error('i/o timeout'), { code: 'ETIMEDOUT' })), time);
  timer.unref();
  try {
    return await work(signal ? AbortSignal.any([signal, limit.signal]) : limit.signal);
  } finally {
    clearTimeout(timer);
  }
}
