// One request and its reply.

import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { BodyReader } from './body-reader.ts';
import { formatFields, type Headers, type RequestHead } from './head.ts';
import { reasonPhrase } from './status.ts';

/** What an exchange needs of its connection. */
export interface ExchangeOwner {
  readonly socket: Duplex;
  expendable: boolean;
  readonly requestComplete: boolean;
  /** More of the request is to come than would be thrown away to keep the connection. */
  readonly requestTooLong: boolean;
  drained(): Promise<void>;
  replied(): void;
  release(): Duplex;
}

/**
 * Reply with exactly one of `send`, `start` and `hijack`. The body need not be read. `signal` is aborted when the
 * client goes away (or ends its side: Go's server means the same by it) before the reply is complete.
 */
export class Exchange {
  readonly method: string;
  readonly target: string;
  readonly headers: Headers;
  readonly body: BodyReader;
  /** The reply has begun. */
  started = false;
  /** Of the reply, once it has begun; 0 before. */
  status = 0;
  /** The reply is complete. */
  complete = false;
  /** The reply announces that the connection ends with it. */
  closes: boolean;
  /** The client waits for a `100 Continue` before it sends the body. */
  awaitsContinue: boolean;
  readonly #owner: ExchangeOwner;
  readonly #minor: number;
  #abort: AbortController | undefined;
  #gone: Error | undefined;

  constructor(
    owner: ExchangeOwner,
    head: RequestHead,
    body: BodyReader,
    options: { keepAlive: boolean; expectsContinue: boolean },
  ) {
    this.#owner = owner;
    this.method = head.method;
    this.target = head.target;
    this.headers = head.headers;
    this.body = body;
    this.#minor = head.minor;
    this.closes = !options.keepAlive;
    this.awaitsContinue = options.expectsContinue;
  }

  /** Address and port of the client; empty where there are none (unix sockets). */
  get peer(): string {
    const { remoteAddress, remotePort } = this.#owner.socket as Partial<Socket>;
    return remoteAddress ? `${remoteAddress}:${remotePort}` : '';
  }

  /** Whether it came by TLS. */
  get secure(): boolean {
    return (this.#owner.socket as Partial<TLSSocket>).encrypted === true;
  }

  /** Whoever asked only looks on: a server that closes does not wait until this ends, taken over or not. */
  set expendable(value: boolean) {
    this.#owner.expendable = value;
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#gone) this.#abort.abort(this.#gone);
    return this.#abort.signal;
  }

  /** Sends a whole reply. 204 and 304 have no body; HEAD sends the headers of one. */
  send(status: number, headers: Headers, body: string | Uint8Array = ''): void {
    this.#begin();
    // Said beforehand, or the client sends its next request into a connection that closes.
    if (this.#owner.requestTooLong) this.closes = true;
    const bodyless = status === 204 || status === 304;
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    const framing = bodyless ? '' : `Content-Length: ${length}\r\n`;
    const head = this.#head(status, headers, framing);
    if (bodyless || this.method === 'HEAD' || length === 0) this.#write(head);
    else if (typeof body === 'string') this.#write(head + body);
    else {
      this.#write(head);
      this.#write(body);
    }
    this.#end();
  }

  /**
   * Sends the headers at once and returns where the body goes: in chunks, or as it is where the headers say its
   * `Content-Length`. Then exactly so many bytes must follow (none after a HEAD).
   */
  start(status: number, headers: Headers): BodyWriter {
    this.#begin();
    const chunked = this.#minor === 1 && headers['Content-Length'] === undefined;
    if (!chunked && headers['Content-Length'] === undefined) this.closes = true;
    this.#write(this.#head(status, headers, chunked ? 'Transfer-Encoding: chunked\r\n' : ''));
    const silent = this.method === 'HEAD';
    return new BodyWriter({
      chunked: chunked && !silent,
      write: silent ? () => undefined : data => this.#writeChecked(data),
      end: () => this.#end(),
      destroy: () => this.#owner.socket.destroy(),
    });
  }

  /** Sends `status` and `headers` as they are and gives the raw connection away. The request's body must be read. */
  hijack(status: number, headers: Headers): Duplex {
    if (!this.#owner.requestComplete) throw new Error('cannot take over a connection before its request is read');
    this.#begin();
    this.complete = true;
    this.#write(`HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n${formatFields(headers)}\r\n`);
    return this.#owner.release();
  }

  /** For the connection: tells the client to go on, once. */
  sendContinue(): void {
    if (!this.awaitsContinue || this.started) return;
    this.awaitsContinue = false;
    this.#write('HTTP/1.1 100 Continue\r\n\r\n');
  }

  /** For the connection: the client is gone. */
  abandon(reason: Error): void {
    if (this.complete) return;
    this.#gone ??= reason;
    this.body.fail(reason);
    this.#abort?.abort(reason);
  }

  #begin(): void {
    if (this.started) throw new Error('the request is already answered');
    this.started = true;
  }

  #head(status: number, headers: Headers, framing: string): string {
    this.status = status;
    if (headers.Connection === 'close' || this.awaitsContinue) this.closes = true;
    const connection = this.closes && headers.Connection === undefined ? 'Connection: close\r\n' : '';
    const date = headers.Date === undefined ? `Date: ${new Date().toUTCString()}\r\n` : '';
    return `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n${formatFields(headers)}${date}${connection}${framing}\r\n`;
  }

  #write(data: string | Uint8Array): boolean {
    const socket = this.#owner.socket;
    return socket.destroyed || socket.writableEnded ? true : socket.write(data);
  }

  #writeChecked(data: string | Uint8Array): Promise<void> | undefined {
    if (this.#owner.socket.destroyed) throw this.#gone ?? new Error('client disconnected');
    return this.#write(data) ? undefined : this.#owner.drained();
  }

  #end(): void {
    if (this.complete) return;
    this.complete = true;
    this.#owner.replied();
  }
}

// Below this a chunk is copied into one buffer with its framing; above, three writes are cheaper.
const copyLimit = 64 * 1024;
const lineEnd = Buffer.from('\r\n');

/** The body of a reply, sent as it comes. */
export class BodyWriter {
  readonly #sink: {
    chunked: boolean;
    write: (data: string | Uint8Array) => Promise<void> | undefined;
    end: () => void;
    destroy: () => void;
  };

  constructor(sink: {
    chunked: boolean;
    write: (data: string | Uint8Array) => Promise<void> | undefined;
    end: () => void;
    destroy: () => void;
  }) {
    this.#sink = sink;
  }

  /** Sends `data`; await what it returns before sending more (undefined: no need to). Throws when the client is gone. */
  write(data: string | Uint8Array): Promise<void> | undefined {
    const { chunked, write } = this.#sink;
    if (data.length === 0) return undefined;
    if (!chunked) return write(data);
    if (typeof data === 'string') return write(`${Buffer.byteLength(data).toString(16)}\r\n${data}\r\n`);
    const size = `${data.length.toString(16)}\r\n`;
    if (data.length > copyLimit) {
      write(size);
      write(data);
      return write(lineEnd);
    }
    const chunk = Buffer.allocUnsafe(size.length + data.length + 2);
    chunk.write(size, 0, 'latin1');
    chunk.set(data, size.length);
    chunk.set(lineEnd, size.length + data.length);
    return write(chunk);
  }

  /** The body is complete. */
  end(): void {
    if (this.#sink.chunked) {
      try {
        this.#sink.write('0\r\n\r\n');
      } catch {
        // The client is gone; there is nobody to tell.
      }
    }
    this.#sink.end();
  }

  /** Breaks the connection, so that the client does not take what it has for all there is. */
  destroy(): void {
    this.#sink.destroy();
  }
}
