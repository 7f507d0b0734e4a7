// One client connection of the HTTP/1.1 server: requests one after the other, until it is closed or taken over.

import type { Duplex } from 'node:stream';
import { markSole } from '../streams/release.ts';
import { type BodyDecoder, ChunkedDecoder, FixedDecoder } from './body-decoder.ts';
import { BodyReader } from './body-reader.ts';
import { Exchange, type ExchangeOwner } from './exchange.ts';
import { bodyFraming, findHeadEnd, hasOption, parseRequestHead, type RequestHead } from './head.ts';
import { ProtocolError } from './protocol-error.ts';
import { readOnDemand, stopReading } from './read-on-demand.ts';

/** Answers one request; a rejection is answered with 500, or cuts a reply that has begun. */
export type ExchangeHandler = (exchange: Exchange) => Promise<void> | void;

// Bytes of later requests that are kept while one is being answered.
const pipelineLimit = 64 * 1024;
// A body nobody read is thrown away up to this size to keep the connection.
const discardLimit = 256 * 1024;
// How long a client whose connection is being closed may send nothing, and how long it may go on sending altogether.
const lingerSilence = 5_000;
const lingerLimit = 30_000;

// Chunks worth to be freed by their readers.
const largeChunk = 64 * 1024;

const noBytes: Buffer = Buffer.alloc(0);

/** Drives `socket` (opened with allowHalfOpen) until it closes. */
export class ServerConnection implements ExchangeOwner {
  readonly socket: Duplex;
  /** Whoever is served only looks on, and can ask again: a server that closes does not wait for it. */
  expendable = false;
  readonly #handler: ExchangeHandler;
  #buffer = noBytes;
  #scanned = 0;
  #exchange: Exchange | undefined;
  #decoder: BodyDecoder | undefined;
  #keepAlive = true;
  #inputEnded = false;
  #closing = false;
  #released = false;
  #discarded = 0;
  #pausedBy = { pipeline: false, body: false };
  #drainWaiters: (() => void)[] = [];
  #linger: NodeJS.Timeout | undefined;

  constructor(socket: Duplex, handler: ExchangeHandler) {
    this.socket = socket;
    this.#handler = handler;
    readOnDemand(socket);
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('drain', this.#onDrain);
    socket.on('close', this.#onClose);
    socket.on('error', () => socket.destroy());
  }

  /** Whether no request is being read or answered, and the connection has not been taken over. */
  get idle(): boolean {
    return !this.#released && this.#exchange === undefined && this.#buffer.length === 0;
  }

  /** Resolves when the socket takes more, or is gone. */
  drained(): Promise<void> {
    if (this.socket.destroyed || !this.socket.writableNeedDrain) return Promise.resolve();
    return new Promise(resolve => this.#drainWaiters.push(resolve));
  }

  /** The reply is complete: goes on with the next request once the rest of this one's body is gone. */
  replied(): void {
    const exchange = this.#exchange;
    if (!exchange) return;
    exchange.body.discard();
    if (exchange.closes || exchange.awaitsContinue || this.#inputEnded) this.#keepAlive = false;
    if (this.#decoder && !this.#decoder.done && this.#keepAlive) return;
    this.#finish();
  }

  /** Gives the socket away; what was read beyond the request goes back into it. */
  release(): Duplex {
    const socket = this.socket;
    socket.pause();
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('drain', this.#onDrain);
    if (this.#buffer.length > 0) socket.unshift(this.#buffer);
    this.#buffer = noBytes;
    this.#exchange = undefined;
    this.#released = true;
    return socket;
  }

  get requestComplete(): boolean {
    return this.#decoder === undefined || this.#decoder.done;
  }

  get requestTooLong(): boolean {
    return this.#decoder !== undefined && this.#decoder.left > discardLimit;
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#closing) {
      this.#linger?.refresh();
      return;
    }
    try {
      const rest = this.#feedBody(chunk);
      if (rest.length > 0) this.#buffer = this.#buffer.length > 0 ? Buffer.concat([this.#buffer, rest]) : rest;
      this.#readRequests();
    } catch (error) {
      this.#reject(error);
    }
  };

  /** Passes on what belongs to the body being read; returns the rest. */
  #feedBody(chunk: Buffer): Buffer {
    const decoder = this.#decoder;
    const exchange = this.#exchange;
    if (!exchange || !decoder || decoder.done) return chunk;
    if (chunk.length > 0) exchange.awaitsContinue = false;
    let body: Buffer | undefined;
    const used = decoder.feed(chunk, data => {
      body = data;
      exchange.body.push(data);
      if (exchange.complete) this.#discarded += data.length;
    });
    // What was around it, a head or chunked coding, has been read; small buffers may be parts of one that is shared.
    if (body && used === chunk.length && body.buffer.byteLength >= largeChunk) markSole(body);
    if (decoder.done) {
      exchange.body.end();
      if (exchange.complete) this.#finish();
    } else if (this.#discarded > discardLimit) {
      this.#keepAlive = false;
      this.#finish();
    }
    return used === chunk.length ? noBytes : chunk.subarray(used);
  }

  #readRequests(): void {
    while (!this.#exchange && !this.#closing && this.#buffer.length > 0) {
      if (!this.#readRequest()) break;
    }
    const full = this.#exchange !== undefined && this.#buffer.length > pipelineLimit;
    if (full !== this.#pausedBy.pipeline) this.#pause('pipeline', full);
  }

  #readRequest(): boolean {
    // A client may end a message with one line end too many.
    while (this.#buffer[0] === 13 && this.#buffer[1] === 10) this.#buffer = this.#buffer.subarray(2);
    const end = findHeadEnd(this.#buffer, this.#scanned);
    if (end < 0) {
      this.#scanned = this.#buffer.length;
      return false;
    }
    const head = parseRequestHead(this.#buffer.toString('latin1', 0, end - 4));
    const framing = bodyFraming(head.headers);
    const expect = head.headers.expect;
    if (expect !== undefined && expect.toLowerCase() !== '100-continue') {
      throw new ProtocolError(417, 'unsupported expectation');
    }
    const rest = this.#buffer.subarray(end);
    this.#buffer = noBytes;
    this.#scanned = 0;
    this.#discarded = 0;
    this.#keepAlive = head.minor === 1 && !hasOption(head.headers.connection, 'close');
    this.#decoder =
      framing.kind === 'chunked'
        ? new ChunkedDecoder()
        : framing.kind === 'fixed' && framing.length > 0
          ? new FixedDecoder(framing.length)
          : undefined;
    this.#start(head, rest, expect !== undefined && this.#decoder !== undefined);
    return true;
  }

  #start(head: RequestHead, rest: Buffer, expectsContinue: boolean): void {
    const body = new BodyReader({
      pause: () => this.#pause('body', true),
      resume: () => this.#pause('body', false),
      wanted: () => exchange.sendContinue(),
    });
    const exchange = new Exchange(this, head, body, { keepAlive: this.#keepAlive, expectsContinue });
    this.#exchange = exchange;
    if (this.#decoder) this.#buffer = this.#feedBody(rest);
    else {
      this.#buffer = rest;
      body.end();
    }
    void this.#handle(exchange);
  }

  async #handle(exchange: Exchange): Promise<void> {
    try {
      await this.#handler(exchange);
      if (!exchange.started) exchange.send(500, {}, 'the request was not answered');
      else if (!exchange.complete) this.socket.destroy();
    } catch (error) {
      if (this.#closing) return;
      if (exchange.started) this.socket.destroy();
      else {
        const status = error instanceof ProtocolError ? error.status : 500;
        exchange.send(status, { Connection: 'close' }, error instanceof Error ? error.message : String(error));
      }
    }
  }

  #finish(): void {
    this.#exchange = undefined;
    this.expendable = false;
    this.#decoder = undefined;
    if (!this.#keepAlive) this.#close();
    else if (this.#buffer.length > 0) setImmediate(this.#continue);
  }

  readonly #continue = (): void => {
    try {
      this.#readRequests();
    } catch (error) {
      this.#reject(error);
    }
  };

  /** Answers what is not HTTP, and closes. */
  #reject(error: unknown): void {
    const failure = error instanceof ProtocolError ? error : new ProtocolError(500, String(error));
    const exchange = this.#exchange;
    if (exchange?.started === false || (!exchange && !this.#closing)) {
      const message = `${failure.status} ${failure.message}`;
      const length = Buffer.byteLength(message);
      this.socket.write(
        `HTTP/1.1 ${message}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n${message}`,
      );
    }
    exchange?.abandon(failure);
    this.#close();
  }

  /** Ends the output but reads on: closing over unread bytes would reset what was sent but has not been read. */
  #close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#buffer = noBytes;
    // Only once all is sent: who reads slowly gets it all.
    this.socket.end(() => this.#lingerOn());
    if (this.#inputEnded) return;
    this.#pause('body', false);
    this.#pause('pipeline', false);
  }

  #lingerOn(): void {
    if (this.#inputEnded || this.socket.destroyed) return;
    const destroy = () => this.socket.destroy();
    const limit = setTimeout(destroy, lingerLimit).unref();
    this.#linger = setTimeout(destroy, lingerSilence).unref();
    this.socket.once('close', () => {
      clearTimeout(limit);
      clearTimeout(this.#linger);
    });
  }

  #pause(reason: 'pipeline' | 'body', on: boolean): void {
    const before = this.#pausedBy.pipeline || this.#pausedBy.body;
    this.#pausedBy[reason] = on;
    const now = this.#pausedBy.pipeline || this.#pausedBy.body;
    if (before === now || this.socket.destroyed) return;
    if (now) stopReading(this.socket);
    else this.socket.resume();
  }

  readonly #onEnd = (): void => {
    this.#inputEnded = true;
    const exchange = this.#exchange;
    if (!exchange) {
      this.socket.end();
      return;
    }
    this.#keepAlive = false;
    // Who ends only its own side may still read the answer.
    exchange.abandon(
      this.requestComplete ? new Error('client disconnected') : new ProtocolError(400, 'unexpected end of the request'),
    );
    if (exchange.complete) this.#finish();
  };

  readonly #onDrain = (): void => {
    const waiters = this.#drainWaiters;
    this.#drainWaiters = [];
    for (const wake of waiters) wake();
  };

  readonly #onClose = (): void => {
    this.#exchange?.abandon(new Error('client disconnected'));
    this.#exchange = undefined;
    this.#buffer = noBytes;
    this.#onDrain();
  };
}
