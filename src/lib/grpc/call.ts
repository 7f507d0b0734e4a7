// One side of a gRPC call: messages in, messages out, on one HTTP/2 stream. Server and client are alike in this.

import type { Http2Stream } from 'node:http2';
import { drained } from '../streams/drained.ts';
import { FrameReader, frames } from './frames.ts';
import { GrpcError, grpcCodes } from './status.ts';

/** Reads and writes messages with back-pressure; how a call begins and ends is the business of server and client. */
export class MessageStream {
  readonly #stream: Http2Stream;
  #failure: Error | undefined;

  constructor(stream: Http2Stream) {
    this.#stream = stream;
    // Always heard, or it would end the process; what it means is asked for below.
    stream.on('error', error => {
      this.#failure ??= error;
    });
  }

  /** The messages of the other side until it ends; leaving the loop early stops reading. Throws when it breaks off. */
  async *messages(): AsyncGenerator<Buffer> {
    for await (const batch of this.batches()) yield* batch;
  }

  /** The same, in the batches they come in: where there are thousands of small ones, waiting for each takes longer. */
  async *batches(): AsyncGenerator<readonly Buffer[]> {
    const reader = new FrameReader();
    try {
      for await (const data of this.#stream.iterator({ destroyOnReturn: false })) yield reader.push(data as Buffer);
    } catch (error) {
      throw this.#failure ?? error;
    }
    if (!reader.atBoundary) throw new GrpcError(grpcCodes.internal, 'the stream ended in the middle of a message');
  }

  /** The only message of the other side, or the first of several. */
  async first(): Promise<Buffer> {
    for await (const message of this.messages()) return message;
    throw new GrpcError(grpcCodes.invalidArgument, 'a message is missing');
  }

  /** Sends a message; await what it returns before sending more (undefined: no need to). Throws when the call is over. */
  send(message: Uint8Array): Promise<void> | undefined {
    return this.sendAll([message]);
  }

  /** The same of several at once: thousands of small ones take a tenth of the time together. */
  sendAll(messages: readonly Uint8Array[]): Promise<void> | undefined {
    const stream = this.#stream;
    if (this.#failure) throw this.#failure;
    if (stream.destroyed || stream.closed || stream.writableEnded) {
      throw new GrpcError(grpcCodes.cancelled, 'the call is over');
    }
    return stream.write(frames(messages)) ? undefined : drained(stream);
  }
}
