// From an HTTP request to a handler and back.

import type { Duplex } from 'node:stream';
import { type Endpoints, endpoints, type Tag } from '../api/endpoints.ts';
import { maximumVersion } from '../api/versions.ts';
import { invalid } from '../lib/errors.ts';
import type { Exchange } from '../lib/http/exchange.ts';
import type { Headers } from '../lib/http/head.ts';
import { HttpServer } from '../lib/http/http-server.ts';
import { type BoundAddress, type ListenAddress, listenOn } from '../lib/http/listen/listen-on.ts';
import type { Logger } from '../lib/logger.ts';
import { acceptWebSocket } from '../lib/websocket/handshake.ts';
import { WebSocketStream } from '../lib/websocket/web-socket-stream.ts';
import { decodeJsonBody } from './decode/body.ts';
import { decodeQuery } from './decode/query.ts';
import { errorStatus } from './error-status.ts';
import type { ApiRequest, Handlers } from './handler.ts';
import { type Match, type Route, Router } from './router.ts';
import { outputContentType, sendReply } from './send.ts';
import { checkVersion, readsJsonErrors, splitVersion } from './version.ts';

/** A handler whose types the route table has taken care of. */
type AnyHandler = (request: unknown) => unknown;

interface ApiServerOptions {
  handlers: Handlers;
  logger: Logger;
  /** The engine's version, for the Server header. */
  version: string;
  experimental?: () => boolean;
}

/** The Engine API on any number of listeners. */
export class ApiServer {
  readonly #http: HttpServer;
  readonly #router = new Router(allRoutes());
  readonly #handlers: Handlers;
  readonly #logger: Logger;
  readonly #experimental: () => boolean;
  readonly #server: string;
  readonly #cleanups: (() => void)[] = [];

  constructor(options: ApiServerOptions) {
    this.#handlers = options.handlers;
    this.#logger = options.logger;
    this.#experimental = options.experimental ?? (() => false);
    this.#server = `Berth/${options.version} (linux)`;
    this.#http = new HttpServer(exchange => this.#serve(exchange));
  }

  /** Listens there too. Throws `conflict` when another process does, `system` when it cannot be done. */
  async listen(address: ListenAddress): Promise<BoundAddress> {
    const { bound, cleanup } = await listenOn(this.#http, address, this.#logger);
    this.#cleanups.push(cleanup);
    return bound;
  }

  /** Serves a connection that something else accepted or made (a TLS listener, a test's pair of streams). */
  accept(connection: Duplex): void {
    this.#http.accept(connection);
  }

  get connectionCount(): number {
    return this.#http.connectionCount;
  }

  /** Stops listening, gives requests that change something `grace` milliseconds, breaks the others, removes socket files. */
  async close(options: { grace?: number } = {}): Promise<void> {
    await this.#http.close(options);
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
  }

  async #serve(exchange: Exchange): Promise<void> {
    const question = exchange.target.indexOf('?');
    const rawPath = question < 0 ? exchange.target : exchange.target.slice(0, question);
    const query = question < 0 ? '' : exchange.target.slice(question + 1);
    const { version, path } = splitVersion(rawPath);
    if (rawPath.includes('//')) return redirect(exchange, rawPath.replace(/\/{2,}/g, '/') + (query && `?${query}`));
    const headers = this.#headers();
    if (exchange.method === 'OPTIONS') return exchange.send(200, headers);
    try {
      const match = this.#find(exchange.method, path);
      if (!match) return sendError(exchange, {}, { status: 404, message: 'page not found' });
      if (version !== undefined) checkVersion(version);
      await this.#call(exchange, match, { query, version: version ?? maximumVersion, headers });
    } catch (error) {
      this.#fail(exchange, error, { version, headers });
    }
  }

  #find(method: string, path: string): Match | undefined {
    try {
      return this.#router.find(method, path);
    } catch {
      throw invalid('invalid URL escape');
    }
  }

  async #call(
    exchange: Exchange,
    match: Match,
    context: { query: string; version: string; headers: Headers },
  ): Promise<void> {
    const { endpoint, tag, operation } = match.route;
    const { version, headers } = context;
    const query = decodeQuery(endpoint.query, context.query);
    const body =
      endpoint.body.kind === 'json'
        ? await decodeJsonBody({ name: operation, body: endpoint.body }, exchange.headers, exchange.body)
        : endpoint.body.kind === 'stream'
          ? exchange.body
          : undefined;
    exchange.expendable = looksOn(tag, endpoint);
    let taken: Duplex | undefined;
    this.#logger.debug(`Calling ${exchange.method} ${exchange.target}`);
    const request: Omit<ApiRequest, 'hijack'> & { hijack: unknown } = {
      operation,
      path: match.path,
      query,
      body: body as ApiRequest['body'],
      headers: exchange.headers,
      version,
      get signal() {
        return exchange.signal;
      },
      hijack: (options: { multiplexed: boolean }) => {
        taken =
          endpoint.response.kind === 'websocket'
            ? takeOverAsWebSocket(exchange, headers)
            : takeOver(exchange, { ...context, ...options });
        return taken;
      },
    };
    const handlers = this.#handlers[tag as Tag] as unknown as Record<string, AnyHandler>;
    const handler = handlers[operation] as AnyHandler;
    try {
      const result = await handler(request);
      await sendReply({ exchange, endpoint, headers, version }, result);
    } catch (error) {
      // There is no status left to tell it by; the end of the stream is all a client can be given.
      taken?.end(() => taken?.destroy());
      throw error;
    }
  }

  #fail(exchange: Exchange, error: unknown, context: { version: string | undefined; headers: Headers }): void {
    const failure = errorStatus(error);
    if (failure.status >= 500 && failure.status !== 501) {
      this.#logger.error(`Handler for ${exchange.method} ${exchange.target} returned error: ${failure.message}`, {
        error,
      });
    }
    if (exchange.started) return;
    if (readsJsonErrors(context.version)) sendError(exchange, context.headers, failure);
    else {
      const headers = { ...context.headers, 'Content-Type': 'text/plain; charset=utf-8' };
      exchange.send(failure.status, headers, `${failure.message}\n`);
    }
  }

  #headers(): Headers {
    return {
      'Api-Version': maximumVersion,
      'Docker-Experimental': String(this.#experimental()),
      Ostype: 'linux',
      Server: this.#server,
    };
  }
}

/** Makes the server; it listens nowhere yet. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  return new ApiServer(options);
}

function* allRoutes(): Generator<Route> {
  for (const [tag, operations] of Object.entries(endpoints) as [Tag, Endpoints[Tag]][]) {
    for (const [operation, endpoint] of Object.entries(operations)) yield { tag, operation, endpoint };
  }
}

/** Events, logs, statistics, and whoever is attached or waits: what they look at goes on without the daemon. */
function looksOn(tag: string, { method, response }: Route['endpoint']): boolean {
  switch (response.kind) {
    case 'lines':
    case 'frames':
      return method === 'GET';
    case 'hijack':
      return tag !== 'build';
    default:
      return response.kind === 'deferred' || response.kind === 'websocket';
  }
}

function sendError(exchange: Exchange, headers: Headers, failure: { status: number; message: string }): void {
  if (failure.status === 304) {
    exchange.send(304, headers);
    return;
  }
  const body = `${JSON.stringify({ message: failure.message })}\n`;
  exchange.send(failure.status, { ...headers, 'Content-Type': 'application/json' }, body);
}

function redirect(exchange: Exchange, location: string): void {
  exchange.send(301, { Location: location });
}

function takeOverAsWebSocket(exchange: Exchange, headers: Headers): Duplex {
  const accepted = acceptWebSocket(exchange.headers);
  if (!accepted) throw invalid('this is a websocket: ask for an upgrade to websocket, version 13');
  return new WebSocketStream(exchange.hijack(101, { ...headers, ...accepted }));
}

/** Old clients ask for no upgrade and get 200; BuildKit's session asks for h2c. */
function takeOver(exchange: Exchange, options: { multiplexed: boolean; version: string; headers: Headers }): Duplex {
  const protocol = exchange.headers.upgrade;
  if (protocol === undefined) {
    return exchange.hijack(200, { ...options.headers, 'Content-Type': outputContentType(false, options.version) });
  }
  const content: Headers =
    protocol === 'h2c' ? {} : { 'Content-Type': outputContentType(options.multiplexed, options.version) };
  return exchange.hijack(101, { ...content, Connection: 'Upgrade', Upgrade: protocol, ...options.headers });
}
