// One side of a gRPC call: messages in, messages out, on one HTTP/2 stream. Server and client are alike in this.

import type { Http2Stream } from 'node:http2';
import { drained } from '../streams/drained.ts';
import { FrameReader, frames } from './frames.ts';
import { GrpcError, grpcCodes } from './status.ts';

/**
 * gRPC in Go widens the window of a call in the middle of it when two thirds of it came between its ping and the answer. Bun's
 * HTTP/2 takes no notice once the window was updated otherwise, and then both sides wait for ever. So much at once, in bytes,
 * with a chance to answer in between, widens nothing.
 */
const portion = 16 * 1024;

/** Reads and writes messages with back-pressure; how a call begins and ends is the business of server and client. */
export class MessageStream {
  readonly #stream: Http2Stream;
  readonly #isPaced: boolean;
  /** Bytes since the last pause. */
  #unpaused = 0;
  #failure: Error | undefined;

  /** `isPaced`: for peers in Go, see `portion`. */
  constructor(stream: Http2Stream, { isPaced = false }: { isPaced?: boolean } = {}) {
    this.#stream = stream;
    this.#isPaced = isPaced;
    // Always heard, or it would end the process; what it means is asked for below.
    stream.on('error', error => {
      this.#failure ??= error;
    });
  }

  /** The messages of the other side until it ends; leaving the loop early stops reading. Throws when it breaks off. */
  async *messages(): AsyncGenerator<Buffer> {
    for await (const batch of this.batches()) yield* batch;
  }

  /**
   * The same, in the batches they come in: where there are thousands of small ones, waiting for each takes longer. `areBrief`:
   * those of a batch are good until the next one is asked for.
   */
  async *batches({ areBrief = false }: { areBrief?: boolean } = {}): AsyncGenerator<readonly Buffer[]> {
    const reader = new FrameReader({ isBrief: areBrief });
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
    return this.sendFrames(frames(messages));
  }

  /** The same of messages that have what `frames` puts before them. They are kept as they are until they are sent. */
  sendFrames(data: Buffer): Promise<void> | undefined {
    const stream = this.#stream;
    if (this.#failure) throw this.#failure;
    if (stream.destroyed || stream.closed || stream.writableEnded) {
      throw new GrpcError(grpcCodes.cancelled, 'the call is over');
    }
    if (this.#isPaced) return this.#sendPaced(data);
    return stream.write(data) ? undefined : drained(stream);
  }

  async #sendPaced(data: Buffer): Promise<void> {
    const stream = this.#stream;
    for (let at = 0; at < data.length && !stream.destroyed; at += portion) {
      const part = data.subarray(at, at + portion);
      if (!stream.write(part)) await drained(stream);
      this.#unpaused += part.length;
      if (this.#unpaused < portion) continue;
      await new Promise(resolve => setTimeout(resolve, 1));
      this.#unpaused = 0;
    }
  }
}
