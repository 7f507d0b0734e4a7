// Makes a client of a daemon's address.

import type { Duplex } from 'node:stream';
import type { Endpoint } from '../api/endpoint.ts';
import { endpoints, type OperationId } from '../api/endpoints.ts';
import { compareVersions, maximumVersion } from '../api/versions.ts';
import { BerthError, errorCode, errorMessage } from '../lib/errors.ts';
import type { Connection } from '../lib/http/client/connection.ts';
import { dial } from '../lib/http/client/dial.ts';
import type { TlsTrust } from '../lib/http/client/dial-tls.ts';
import { type HttpRequest, type HttpResponse, sendRequest } from '../lib/http/client/request.ts';
import type { SentHeaders } from '../lib/http/head.ts';
import type { CallOptions, Client, HijackResult, StreamedBody, StreamResult } from './client.ts';
import { dialSsh, parseSshHost } from './dial-ssh.ts';
import { answerError, connectionError, refusedVersion } from './failure.ts';
import { parseHost } from './host.ts';
import { jsonLines } from './json-lines.ts';
import { LocalConnection } from './local-connection.ts';
import { formatTarget, type TargetParameters } from './target.ts';

interface ConnectOptions {
  /** `unix:///path`, `tcp://host:port` or `ssh://[user@]host[:port][/path]`. */
  host: string;
  /** Speak this version and no other; without it, the newest both sides know. */
  version?: string;
  userAgent?: string;
  /** What ssh runs on the other machine: `berth` tries docker, too. */
  remoteProgram?: 'berth' | 'docker';
  /** Encrypts TCP: who is believed, and the certificate shown to a daemon that asks for one. */
  tls?: TlsTrust;
  /** How to reach the daemon, instead of dialling `host`; the connection must allow half-open. */
  dial?: Dial<Duplex>;
}

/** A client of the daemon at `host`. Opens no connection until the first call. Throws `invalid` on a bad host. */
export function connect(options: ConnectOptions): Client {
  // The typed face and the untyped calls behind it meet here only.
  return new ApiClient(options) as unknown as Client;
}

type Dial<C extends Connection> = (signal?: AbortSignal) => Promise<C>;

/** How a request reaches the daemon, and until when. */
interface Way<C extends Connection> {
  readonly dial: Dial<C>;
  readonly signal?: AbortSignal | undefined;
  readonly upgrade: boolean;
}

type AnyParameters = TargetParameters & {
  headers?: SentHeaders;
  body?: unknown;
};

const multiplexedType = 'application/vnd.docker.multiplexed-stream';
const errorBodyLimit = 1024 * 1024;
const resultLimit = 1024 * 1024 * 1024;

class ApiClient {
  readonly host: string;
  version: string;
  /** For connections that are taken over. */
  readonly #dial: Dial<Duplex>;
  /** For all others. */
  readonly #dialCall: Dial<Connection>;
  readonly #userAgent: string;
  readonly #fixed: boolean;
  #agreed: boolean;

  constructor(options: ConnectOptions) {
    this.host = options.host;
    this.version = options.version ?? maximumVersion;
    this.#fixed = options.version !== undefined;
    this.#agreed = this.#fixed;
    this.#userAgent = options.userAgent ?? 'Berth-Client';
    if (options.dial) this.#dial = options.dial;
    else if (options.host.startsWith('ssh://')) {
      parseSshHost(options.host);
      this.#dial = signal => dialSsh(options.host, options.remoteProgram ?? 'berth', signal);
    } else {
      const address = parseHost(options.host, options.tls);
      this.#dial = signal => dial(address, signal);
      if ('path' in address) this.#dialCall = signal => LocalConnection.open(address.path, signal);
    }
    this.#dialCall ??= this.#dial;
  }

  async call(operation: OperationId, parameters: AnyParameters = {}, options: CallOptions = {}): Promise<unknown> {
    const endpoint = findEndpoint(operation);
    const response = await this.#send(endpoint, parameters, this.#plainly(options));
    const text = (await this.#guard(response.body.buffer(resultLimit), options.signal)).toString('utf8');
    const { kind } = endpoint.response;
    if (kind === 'text') return text;
    return (kind === 'json' || kind === 'deferred') && text !== '' ? JSON.parse(text) : undefined;
  }

  async stream(
    operation: OperationId,
    parameters: AnyParameters = {},
    options: CallOptions = {},
  ): Promise<StreamResult<unknown>> {
    const response = await this.#send(findEndpoint(operation), parameters, this.#plainly(options));
    const body = this.#guardStream(response, options.signal);
    return {
      status: response.status,
      headers: response.headers,
      body,
      lines: () => jsonLines(body),
      json: async () => {
        const bytes = await this.#guard(response.body.buffer(resultLimit), options.signal);
        return JSON.parse(bytes.toString('utf8'));
      },
      multiplexed: response.headers['content-type'] === multiplexedType,
      close: () => response.close(),
    };
  }

  async hijack(
    operation: OperationId,
    parameters: AnyParameters = {},
    options: CallOptions = {},
  ): Promise<HijackResult> {
    const way = { ...options, dial: this.#dial, upgrade: true };
    const response = await this.#send(findEndpoint(operation), parameters, way);
    return { socket: response.takeOver(), multiplexed: response.headers['content-type'] === multiplexedType };
  }

  /** As calls go whose connection nobody takes over. */
  #plainly({ signal }: CallOptions): Way<Connection> {
    return { dial: this.#dialCall, signal, upgrade: false };
  }

  /** Sends a call, and once more with an older version when the daemon finds ours too new. */
  async #send<C extends Connection>(
    endpoint: Endpoint,
    parameters: AnyParameters,
    way: Way<C>,
  ): Promise<HttpResponse<C>> {
    // A body that can be sent only once must not be what finds out the version.
    if (!this.#agreed && isStream(parameters.body)) await this.call('SystemPing');
    try {
      const response = await this.#sendOnce(endpoint, parameters, way);
      this.#agreed = true;
      return response;
    } catch (error) {
      const refused = refusedVersion(error);
      if (this.#fixed || refused === undefined || compareVersions(refused, this.version) >= 0) throw error;
      this.version = refused;
      this.#agreed = true;
      return this.#sendOnce(endpoint, parameters, way);
    }
  }

  async #sendOnce<C extends Connection>(
    endpoint: Endpoint,
    parameters: AnyParameters,
    { dial, signal, upgrade }: Way<C>,
  ): Promise<HttpResponse<C>> {
    const request = this.#request(endpoint, parameters, upgrade);
    const exchange = dial(signal).then(connection => sendRequest<C>(connection, request, { signal, upgrade }));
    const response = await this.#guard(exchange, signal);
    // A daemon redirects only what was asked for wrongly.
    if (response.status < 300 || response.status === 304) return response;
    const body = await this.#guard(response.body.buffer(errorBodyLimit), signal);
    throw answerError(response.status, body.toString('utf8'));
  }

  #request(endpoint: Endpoint, parameters: AnyParameters, upgrade: boolean): HttpRequest {
    const headers: Record<string, string | readonly string[]> = { Host: 'docker', 'User-Agent': this.#userAgent };
    const body = encodeBody(endpoint, parameters.body);
    if (endpoint.body.kind === 'json' && body !== undefined) headers['Content-Type'] = 'application/json';
    if (endpoint.body.kind === 'stream') headers['Content-Type'] = endpoint.body.contentType;
    if (upgrade) Object.assign(headers, { Connection: 'Upgrade', Upgrade: 'tcp' });
    Object.assign(headers, parameters.headers);
    const target = formatTarget(endpoint, parameters, this.version);
    const length = isStream(body) ? body.length : undefined;
    return { method: endpoint.method, target, headers, body, length };
  }

  /** Turns whatever a connection fails with into a BerthError. */
  async #guard<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw this.#failure(error, signal);
    }
  }

  async *#guardStream(response: HttpResponse<Connection>, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
    try {
      yield* response.body;
    } catch (error) {
      if (signal?.aborted || errorCode(error) !== undefined) throw this.#failure(error, signal);
      // The daemon was reached: what is not whole is its answer.
      throw new BerthError('unavailable', errorMessage(error), { cause: error });
    } finally {
      // Who leaves early wants no more.
      response.close();
    }
  }

  #failure(error: unknown, signal: AbortSignal | undefined): BerthError {
    if (signal?.aborted) return new BerthError('cancelled', 'the call was cancelled', { cause: error });
    return connectionError(this.host, error);
  }
}

function findEndpoint(operation: OperationId): Endpoint {
  for (const operations of Object.values(endpoints) as Record<string, Endpoint>[]) {
    const endpoint = operations[operation];
    if (endpoint) return endpoint;
  }
  throw new Error(`no such operation: ${operation}`);
}

function isStream(body: unknown): body is StreamedBody {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

function encodeBody(endpoint: Endpoint, body: unknown): HttpRequest['body'] {
  if (body === undefined || endpoint.body.kind === 'none') return undefined;
  if (endpoint.body.kind === 'json') return JSON.stringify(body);
  return body as Uint8Array | AsyncIterable<Uint8Array>;
}
