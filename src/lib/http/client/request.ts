// One request over a connection, and its response.

import type { Duplex } from 'node:stream';
import { written } from '../../streams/written.ts';
import { type BodyDecoder, ChunkedDecoder, FixedDecoder, UntilCloseDecoder } from '../body-decoder.ts';
import { BodyReader } from '../body-reader.ts';
import {
  bodyFraming,
  findHeadEnd,
  formatFields,
  type Headers,
  hasOption,
  parseResponseHead,
  type ResponseHead,
  type SentHeaders,
} from '../head.ts';
import { ProtocolError } from '../protocol-error.ts';
import type { Connection } from './connection.ts';

export interface HttpRequest {
  method: string;
  /** Path and query. */
  target: string;
  headers: SentHeaders;
  /**
   * A stream is sent with back-pressure, in chunks where `length` does not tell how long it is. What it yields may change
   * once the next was asked for.
   */
  body?: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
  /** Bytes of a body that is a stream. */
  length?: number | undefined;
}

interface SendOptions<C extends Connection> {
  signal?: AbortSignal | undefined;
  upgrade?: boolean;
  /**
   * Asks the server to keep the connection, and takes it back when the response was read to its end and both sides can
   * go on; in every other case it is destroyed.
   */
  keep?: (connection: C) => void;
}

/** A response whose body is still to be read; read it to its end or `close`. */
export interface HttpResponse<C extends Connection = Duplex> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: BodyReader;
  /** Takes the connection over after a 101 (or an old server's 200); what came already is put back. It is paused. */
  takeOver(): C;
  close(): void;
}

/**
 * Sends `request` on `connection` (which must allow half-open) and resolves when the response's head is there.
 * The connection belongs to the response from then on, and is destroyed when this rejects. Aborting `signal`
 * destroys it at any time until the body is read or the connection taken over.
 */
export async function sendRequest<C extends Connection = Duplex>(
  connection: C,
  request: HttpRequest,
  options: SendOptions<C> = {},
): Promise<HttpResponse<C>> {
  const { signal } = options;
  const exchange = new ClientExchange(connection, request.method, options);
  const abort = () => exchange.fail(abortError(signal));
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  exchange.onDone = () => signal?.removeEventListener('abort', abort);
  try {
    void writeRequest(connection, request, options).then(
      () => exchange.bodySent(),
      error => exchange.bodyFailed(error),
    );
    return await exchange.response;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

async function writeRequest(
  connection: Connection,
  request: HttpRequest,
  options: { upgrade?: boolean; keep?: unknown },
): Promise<void> {
  const { body } = request;
  const whole = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
  const length = whole ? byteLength(body) : request.length;
  const expectsBody = body !== undefined || request.method === 'POST' || request.method === 'PUT';
  const framing =
    length === undefined
      ? 'Transfer-Encoding: chunked\r\n'
      : expectsBody || length > 0
        ? `Content-Length: ${length}\r\n`
        : '';
  const connectionField = options.upgrade || options.keep ? '' : 'Connection: close\r\n';
  const head = `${request.method} ${request.target} HTTP/1.1\r\n${formatFields(request.headers)}${connectionField}${framing}\r\n`;
  if (typeof body === 'string') connection.write(head + body);
  else {
    connection.write(head);
    if (body instanceof Uint8Array) connection.write(body);
    else if (body !== undefined)
      await (length === undefined ? writeChunks : writeExactly)(connection, body, length ?? 0);
  }
}

function byteLength(body: string | Uint8Array | undefined): number {
  return body === undefined ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.length;
}

/** Throws when the stream is not as long as was said: the server would wait, or take the rest for a request. */
async function writeExactly(connection: Connection, body: AsyncIterable<Uint8Array>, length: number): Promise<void> {
  let left = length;
  for await (const data of body) {
    if (connection.destroyed) return;
    left -= data.length;
    if (left < 0) break;
    await written(connection, data);
  }
  if (left !== 0 && !connection.destroyed) throw new Error(`the request body is not of the announced ${length} bytes`);
}

async function writeChunks(connection: Connection, body: AsyncIterable<Uint8Array>): Promise<void> {
  let before = '';
  for await (const data of body) {
    if (connection.destroyed) return;
    if (data.length === 0) continue;
    connection.write(`${before}${data.length.toString(16)}\r\n`);
    await written(connection, data);
    before = '\r\n';
  }
  if (!connection.destroyed) connection.write(`${before}0\r\n\r\n`);
}

const noBytes: Buffer = Buffer.alloc(0);

/** Reads the response of one request. */
class ClientExchange<C extends Connection> {
  readonly response: Promise<HttpResponse<C>>;
  onDone: () => void = () => {};
  readonly #connection: C;
  readonly #method: string;
  readonly #options: SendOptions<C>;
  readonly #head = Promise.withResolvers<HttpResponse<C>>();
  #buffer = noBytes;
  #decoder: BodyDecoder | undefined;
  #body: BodyReader | undefined;
  #finished = false;
  #sent = false;
  /** Whether the server lets the connection go on after this response. */
  #persistent = false;

  constructor(connection: C, method: string, options: SendOptions<C>) {
    this.#connection = connection;
    this.#method = method;
    this.#options = options;
    this.response = this.#head.promise;
    connection.on('data', this.#onData);
    connection.on('end', this.#onEnd);
    connection.on('close', this.#onEnd);
    connection.on('error', this.#onError);
  }

  /** Ends the exchange with an error for whoever waits. */
  fail(error: Error): void {
    if (this.#finished) return;
    this.#head.reject(error);
    this.#body?.fail(error);
    this.#finish();
  }

  bodySent(): void {
    this.#sent = true;
  }

  /** The request's body could not be sent; a response that came all the same counts. */
  bodyFailed(error: unknown): void {
    if (!this.#body) this.fail(error instanceof Error ? error : new Error(String(error)));
  }

  readonly #onData = (chunk: Buffer): void => {
    try {
      if (this.#decoder && this.#body) this.#feed(chunk);
      else {
        const scanned = this.#buffer.length;
        this.#buffer = scanned > 0 ? Buffer.concat([this.#buffer, chunk]) : chunk;
        this.#readHead(scanned);
      }
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  };

  readonly #onEnd = (): void => {
    if (this.#decoder instanceof UntilCloseDecoder) {
      this.#body?.end();
      this.#finish();
    } else this.fail(new ProtocolError(502, 'unexpected EOF'));
  };

  readonly #onError = (error: Error): void => this.fail(error);

  #readHead(scanned: number): void {
    const end = findHeadEnd(this.#buffer, scanned);
    if (end < 0) return;
    const head = parseResponseHead(this.#buffer.toString('latin1', 0, end - 4));
    const rest = this.#buffer.subarray(end);
    if (head.status >= 100 && head.status < 200 && head.status !== 101) {
      this.#buffer = noBytes;
      if (rest.length > 0) this.#onData(rest);
      return;
    }
    this.#buffer = rest;
    this.#begin(head);
  }

  #begin(head: ResponseHead): void {
    const connection = this.#connection;
    const body = new BodyReader({
      // By the time the rest of its queue is read, a kept connection may serve the next request.
      pause: () => void (this.#finished || connection.pause()),
      resume: () => void (this.#finished || connection.resume()),
      wanted: () => {},
    });
    this.#body = body;
    const taken = head.status === 101 || (this.#options.upgrade === true && head.status === 200);
    this.#decoder = taken ? undefined : responseDecoder(this.#method, head);
    this.#persistent = head.minor === 1 && !hasOption(head.headers.connection, 'close');
    // Nothing may be read past the head before somebody takes the connection over.
    if (taken) connection.pause();
    this.#head.resolve({
      status: head.status,
      headers: head.headers,
      body,
      takeOver: () => this.#takeOver(),
      close: () => this.fail(new Error('the response was closed')),
    });
    if (taken) return;
    const rest = this.#buffer;
    this.#buffer = noBytes;
    if (this.#decoder === undefined) this.#complete(rest.length === 0);
    else if (rest.length > 0) this.#feed(rest);
    else if (this.#decoder.done) this.#complete(true);
  }

  #feed(chunk: Buffer): void {
    const used = this.#decoder?.feed(chunk, data => this.#body?.push(data));
    if (this.#decoder?.done) this.#complete(used === chunk.length);
  }

  /** `clean`: nothing came that belongs to no response. */
  #complete(clean: boolean): void {
    this.#body?.end();
    const { keep } = this.#options;
    if (this.#finished || !keep || !this.#sent || !this.#persistent || !clean) {
      this.#finish();
      return;
    }
    this.#detach();
    if (this.#connection.isPaused()) this.#connection.resume();
    keep(this.#connection);
  }

  #takeOver(): C {
    const connection = this.#connection;
    this.#detach();
    if (this.#buffer.length > 0) connection.unshift(this.#buffer);
    this.#buffer = noBytes;
    return connection;
  }

  #finish(): void {
    if (this.#finished) return;
    this.#detach();
    // A connection that is being destroyed may still report an error.
    this.#connection.on('error', () => {});
    this.#connection.destroy();
  }

  #detach(): void {
    this.#finished = true;
    this.#connection.off('data', this.#onData);
    this.#connection.off('end', this.#onEnd);
    this.#connection.off('close', this.#onEnd);
    this.#connection.off('error', this.#onError);
    this.onDone();
  }
}

/** Undefined for a response without a body. */
function responseDecoder(method: string, head: ResponseHead): BodyDecoder | undefined {
  if (method === 'HEAD' || head.status === 204 || head.status === 304) return undefined;
  const framing = bodyFraming(head.headers);
  if (framing.kind === 'chunked') return new ChunkedDecoder();
  return framing.kind === 'fixed' ? new FixedDecoder(framing.length) : new UntilCloseDecoder();
}

function abortError(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new Error('the call was cancelled');
}
