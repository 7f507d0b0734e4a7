// gRPC calls on a connection that is there already, such as a session a client opened to be called back on.

import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { Duplex } from 'node:stream';
import { MessageStream } from './call.ts';
import { withEarlyData } from './early-data.ts';
import { errorOfTrailers, GrpcError, type GrpcHeaders, grpcCodes } from './status.ts';

/** Bytes that may be on their way here: of one call, and of all calls together. */
const window = 4 * 1024 * 1024;

interface CallOptions {
  metadata?: Readonly<Record<string, string | readonly string[]>>;
  signal?: AbortSignal;
}

/** A call under way. `messages` throws a GrpcError when the call ends with one. */
export interface ClientCall {
  messages(): AsyncGenerator<Buffer>;
  /** The same as they come, several at once. `areBrief`: good until the next are asked for. */
  batches(o?: { areBrief?: boolean }): AsyncGenerator<readonly Buffer[]>;
  send(message: Uint8Array): Promise<void> | undefined;
  /** Several messages at once. */
  sendAll(messages: readonly Uint8Array[]): Promise<void> | undefined;
  /** Several messages that are frames already. */
  sendFrames(data: Buffer): Promise<void> | undefined;
  /** No more messages from this side. */
  end(): void;
  /** Gives up. */
  cancel(): void;
}

/** The calling end of a connection. */
export class GrpcConnection {
  readonly #session: ClientHttp2Session;
  #isWide = false;
  readonly closed: Promise<void>;

  /** Speaks HTTP/2 with prior knowledge; the connection belongs to it from now on. */
  constructor(taken: Duplex) {
    const connection = withEarlyData(taken);
    if ('allowHalfOpen' in connection) connection.allowHalfOpen = false;
    this.#session = connect('http://localhost', {
      createConnection: () => connection,
      settings: { initialWindowSize: window },
    });
    this.#session.on('error', () => {});
    this.closed = new Promise(resolve => {
      this.#session.once('close', resolve);
      connection.once('close', resolve);
    });
  }

  /** One message there, one back. Throws a GrpcError. */
  async unary(path: string, message: Uint8Array, options: CallOptions = {}): Promise<Buffer> {
    const call = this.call(path, options);
    call.send(message);
    call.end();
    let reply: Buffer | undefined;
    for await (const part of call.messages()) reply ??= part;
    if (!reply) throw new GrpcError(grpcCodes.internal, `${path} gave no answer`);
    return reply;
  }

  /** Begins a call of any kind. */
  call(path: string, { metadata = {}, signal }: CallOptions = {}): ClientCall {
    if (this.#session.closed || this.#session.destroyed) {
      throw new GrpcError(grpcCodes.unavailable, 'the connection is closed');
    }
    signal?.throwIfAborted();
    const stream = this.#session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...metadata,
    });
    stream.once('response', () => this.#widen());
    const cancel = () => stream.close(0x8 /* CANCEL of HTTP/2 */);
    signal?.addEventListener('abort', cancel, { once: true });
    stream.once('close', () => signal?.removeEventListener('abort', cancel));
    const io = new MessageStream(stream);
    const ended = endOf(stream, signal);
    // Heard of by whoever reads; a call of which nobody does ends unseen.
    ended.catch(() => {});
    return {
      messages: () => untilEnd(io.messages(), { ended, stream }),
      batches: o => untilEnd(io.batches(o), { ended, stream }),
      send: data => io.send(data),
      sendAll: messages => io.sendAll(messages),
      sendFrames: data => io.sendFrames(data),
      end: () => void stream.end(),
      cancel,
    };
  }

  close(): void {
    this.#session.destroy();
  }

  /**
   * Settings are about single calls; all together may have 64 KiB on their way, and then the sender waits to be granted
   * more: two processes that move a lot would work in turns. Not before an answer has come: told among the first frames of
   * a connection that was upgraded, it leaves Bun's other end waiting forever.
   */
  #widen(): void {
    if (this.#isWide || this.#session.destroyed) return;
    this.#isWide = true;
    this.#session.setLocalWindowSize(window);
  }
}

/** What comes until the call ends, which may be by an error. */
async function* untilEnd<T>(
  parts: AsyncGenerator<T>,
  { ended, stream }: { ended: Promise<void>; stream: ClientHttp2Stream },
): AsyncGenerator<T> {
  try {
    yield* parts;
  } catch (error) {
    await ended;
    throw error;
  }
  // Who serves the call has the last word: nothing more would be heard.
  stream.end();
  await ended;
}

/** Rejects with what the trailers (or the headers of a call refused at once) say, or that the call was cut off. */
function endOf(stream: ClientHttp2Stream, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let status: GrpcHeaders | undefined;
    const settle = () => {
      const error = status
        ? errorOfTrailers(status)
        : signal?.aborted
          ? new GrpcError(grpcCodes.cancelled, 'the call was cancelled')
          : new GrpcError(grpcCodes.unavailable, 'the connection was closed');
      if (error) reject(error);
      else resolve();
    };
    stream.on('response', headers => {
      if (headers['grpc-status'] !== undefined) status = headers as GrpcHeaders;
    });
    stream.on('trailers', trailers => {
      status = trailers as GrpcHeaders;
      // The call is over, whatever this side still had to say; the stream goes when it has ended, too.
      settle();
      if (!stream.writableEnded) stream.end();
    });
    stream.once('close', settle);
  });
}
