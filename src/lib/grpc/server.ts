// gRPC served on connections that somebody else accepted.

import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { MessageStream } from './call.ts';
import { withEarlyData } from './early-data.ts';
import { GrpcError, type GrpcHeaders, grpcCodes, trailersOf } from './status.ts';

/** A call as its handler sees it. */
export interface ServerCall {
  readonly path: string;
  /** An array where a name came several times. */
  readonly metadata: GrpcHeaders;
  /** Aborted when the client gives up or goes away. */
  readonly signal: AbortSignal;
  messages(): AsyncGenerator<Buffer>;
  /** The same as they come, several at once. */
  batches(): AsyncGenerator<readonly Buffer[]>;
  first(): Promise<Buffer>;
  send(message: Uint8Array): Promise<void> | undefined;
  /** Several messages at once. */
  sendAll(messages: readonly Uint8Array[]): Promise<void> | undefined;
  /** Several messages that are frames already. */
  sendFrames(data: Buffer): Promise<void> | undefined;
}

/** Ends the call with `ok` when it returns. What it throws is the end of the call: a GrpcError as it is. */
export type GrpcHandler = (call: ServerCall) => Promise<void>;

interface GrpcServerOptions {
  /** `/package.Service/Method`; undefined: the call is answered with `unimplemented`. */
  handler(path: string): GrpcHandler | undefined;
  /** Turns what a handler threw into the end of its call. */
  toError(error: unknown): GrpcError;
  /** Answers go to clients in Go, a little at a time: some 10 MB in a second. */
  readonly isPaced?: boolean;
}

// Larger than HTTP/2's 64 KiB, so that a transfer does not wait for every window's acknowledgement.
const settings = { initialWindowSize: 4 * 1024 * 1024, maxConcurrentStreams: 1000 };

/** Speaks HTTP/2 with prior knowledge on `connection` until it ends; it belongs to the server from now on. */
export function createGrpcServer(options: GrpcServerOptions): { serve(connection: Duplex): void; close(): void } {
  const server = createServer({ settings });
  // A client's GOAWAY at the end of a connection comes as an error; there is nothing to do about either.
  server.on('sessionError', () => {});
  server.on('error', () => {});
  server.on('stream', (stream, headers, _flags, raw: string[]) => {
    const metadata = metadataOf(headers, raw);
    void answer(stream as ServerHttp2Stream, metadata, options);
  });
  const connections = new Set<Duplex>();
  return {
    serve(taken) {
      const connection = withEarlyData(taken);
      // Half-closed connections would stay forever: HTTP/2 ends both sides at once.
      if ('allowHalfOpen' in connection) connection.allowHalfOpen = false;
      connections.add(connection);
      connection.once('close', () => connections.delete(connection));
      connection.on('error', () => {});
      server.emit('connection', connection);
    },
    close() {
      for (const connection of connections) connection.destroy();
    },
  };
}

/** Headers with every value of those that came several times, which Node would join. */
function metadataOf(headers: IncomingHttpHeaders, raw: readonly string[]): GrpcHeaders {
  const metadata: Record<string, string | string[] | undefined> = { ...headers };
  const seen = new Map<string, string[]>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const values = seen.get(raw[at]!) ?? [];
    seen.set(raw[at]!, values);
    values.push(raw[at + 1]!);
    if (values.length > 1) metadata[raw[at]!] = values;
  }
  return metadata;
}

async function answer(stream: ServerHttp2Stream, headers: GrpcHeaders, options: GrpcServerOptions): Promise<void> {
  const path = String(headers[':path']);
  const abort = new AbortController();
  stream.once('aborted', () => abort.abort());
  stream.once('close', () => abort.abort());
  const io = new MessageStream(stream, { isPaced: options.isPaced === true });
  const head = { ':status': 200, 'content-type': 'application/grpc' };
  let failure: GrpcError | undefined;
  let begun = false;
  const begin = () => {
    if (begun || stream.destroyed) return;
    begun = true;
    stream.respond(head, { waitForTrailers: true });
    stream.once('wantTrailers', () => {
      if (!stream.destroyed) stream.sendTrailers(trailersOf(failure));
    });
  };
  try {
    const handler = options.handler(path);
    if (!handler) throw new GrpcError(grpcCodes.unimplemented, `unknown method ${path}`);
    await handler({
      path,
      metadata: headers,
      signal: abort.signal,
      messages: () => io.messages(),
      batches: () => io.batches(),
      first: () => io.first(),
      send: message => {
        begin();
        return io.send(message);
      },
      sendAll: messages => {
        begin();
        return io.sendAll(messages);
      },
      sendFrames: data => {
        begin();
        return io.sendFrames(data);
      },
    });
  } catch (error) {
    failure = error instanceof GrpcError ? error : options.toError(error);
  }
  if (!stream.destroyed) {
    // An answer without a message is its trailers alone ("Trailers-Only").
    if (begun) stream.end();
    else stream.respond({ ...head, ...trailersOf(failure) }, { endStream: true });
  }
  // What the client still sends is of no interest; unread it would keep the stream open.
  stream.resume();
}
