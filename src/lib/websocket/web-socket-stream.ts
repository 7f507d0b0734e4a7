// A WebSocket as a plain stream of bytes: messages in are what is read, what is written goes out in binary messages.

import { Duplex } from 'node:stream';
import { encodeWebSocketFrame, WebSocketFrameReader } from './frame.ts';

/** Messages are not kept together, so one frame is all that has to fit. */
const largestFrame = 1024 * 1024;

/** The server's end over `connection`, whose handshake is done. A client's close ends the reading and the connection. */
export class WebSocketStream extends Duplex {
  readonly #connection: Duplex;
  readonly #reader = new WebSocketFrameReader(largestFrame);
  #closeSent = false;

  constructor(connection: Duplex) {
    super({ allowHalfOpen: true });
    this.#connection = connection;
    connection.on('data', (data: Buffer) => this.#receive(data));
    connection.on('end', () => this.push(null));
    connection.on('error', error => this.destroy(error));
    connection.on('close', () => this.destroy());
    connection.pause();
  }

  override _read(): void {
    this.#connection.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#connection.write(encodeWebSocketFrame('binary', chunk), error => done(error));
  }

  override _final(done: () => void): void {
    this.#close(Buffer.from([0x03, 0xe8])); // 1000: normal
    this.#connection.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#connection.destroy();
    done(error);
  }

  #receive(data: Buffer): void {
    try {
      for (const { opcode, payload } of this.#reader.push(data)) {
        if (opcode === 'ping') this.#connection.write(encodeWebSocketFrame('pong', payload));
        else if (opcode === 'close') this.#closed(payload);
        else if (opcode !== 'pong' && payload.length > 0 && !this.#closeSent && !this.push(payload))
          this.#connection.pause();
      }
    } catch (error) {
      this.#close(Buffer.from([0x03, 0xea])); // 1002: protocol error
      this.destroy(error as Error);
    }
  }

  #closed(reason: Buffer): void {
    this.#close(reason.subarray(0, 2));
    this.push(null);
    this.end();
  }

  #close(reason: Buffer): void {
    if (this.#closeSent) return;
    this.#closeSent = true;
    this.#connection.write(encodeWebSocketFrame('close', reason));
  }
}
