// A stream of bytes carried by the messages of a gRPC call.
import { Duplex } from 'node:stream';
import type { ClientCall } from '../../../lib/grpc/client.ts';

/** Messages of BuildKit's clients hold no more than this. */
const portion = 3 * 1024 * 1024;

/** A call of either side. */
type ByteCall = Pick<ClientCall, 'messages' | 'send' | 'end' | 'cancel'>;

interface ByteMessages {
  decode(message: Buffer): Uint8Array;
  encode(data: Uint8Array): Uint8Array;
}

/** Ends when the call ends, errors when the call does; destroying it cancels the call. */
export class MessageDuplex extends Duplex {
  readonly #call: ByteCall;
  readonly #messages: AsyncGenerator<Buffer>;
  readonly #bytes: ByteMessages;
  #ended = false;
  #reading = false;

  constructor(call: ByteCall, bytes: ByteMessages) {
    super({ highWaterMark: 256 * 1024 });
    this.#call = call;
    this.#messages = call.messages();
    this.#bytes = bytes;
  }

  override _read(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#pull().catch(error => this.destroy(error));
  }

  override _write(data: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(data).then(() => done(), done);
  }

  /** The other side has everything only when the call is over. */
  override _final(done: (error?: Error | null) => void): void {
    this.#call.end();
    if (this.#ended) {
      done();
      return;
    }
    const finished = () => {
      this.off('end', finished);
      this.off('close', finished);
      done();
    };
    this.once('end', finished);
    this.once('close', finished);
    this.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#ended) this.#call.cancel();
    done(error);
  }

  async #pull(): Promise<void> {
    for (;;) {
      const next = await this.#messages.next();
      if (next.done) {
        this.#ended = true;
        this.push(null);
        return;
      }
      const data = this.#bytes.decode(next.value);
      if (data.length > 0 && !this.push(data)) break;
    }
    this.#reading = false;
  }

  async #send(data: Buffer): Promise<void> {
    for (let at = 0; at < data.length; at += portion) {
      await this.#call.send(this.#bytes.encode(data.subarray(at, at + portion)));
    }
  }
}
