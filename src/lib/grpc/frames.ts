// gRPC's length-prefixed messages: one byte (compressed or not), four of length, then the message.

/** Bytes before each message. */
export const prefix = 5;

/** Longest message taken; BuildKit's clients send no more than 16 MiB at once. */
const longestMessage: number = 64 * 1024 * 1024;

/** Memory that is kept for the next messages, in bytes; longer ones get their own. */
const usual: number = 1024 * 1024;

/** Messages with their prefixes, one after the other. */
export function frames(messages: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const message of messages) length += prefix + message.length;
  const framed = Buffer.allocUnsafe(length);
  let at = 0;
  for (const message of messages) {
    writePrefix(framed, at, message.length);
    framed.set(message, at + prefix);
    at += prefix + message.length;
  }
  return framed;
}

/** Puts what stands before a message of that length. */
export function writePrefix(buffer: Buffer, at: number, length: number): void {
  buffer[at] = 0;
  buffer[at + 1] = length >>> 24;
  buffer[at + 2] = length >>> 16;
  buffer[at + 3] = length >>> 8;
  buffer[at + 4] = length;
}

/** Cuts a stream into messages, whatever pieces it comes in. */
export class FrameReader {
  readonly #isBrief: boolean;
  /** What messages are put together in that are good for a moment only. */
  #memory = Buffer.alloc(0);
  #pieces: Buffer[] = [];
  #held = 0;
  #wanted = prefix;

  /** `isBrief`: messages are good until the next `push`; new memory for megabytes of them costs more than their copy. */
  constructor({ isBrief = false }: { isBrief?: boolean } = {}) {
    this.#isBrief = isBrief;
  }

  /** The messages that are complete now. They may be views of what was pushed. Throws for a compressed or endless one. */
  push(data: Buffer): Buffer[] {
    this.#pieces.push(data);
    this.#held += data.length;
    if (this.#held < this.#wanted) return [];
    const buffer = this.#pieces.length === 1 ? data : this.#join();
    const messages: Buffer[] = [];
    let at = 0;
    for (;;) {
      this.#wanted = prefix;
      if (buffer.length - at < prefix) break;
      if (buffer[at] !== 0) throw new Error('compressed gRPC messages are not supported');
      const length = buffer.readUInt32BE(at + 1);
      if (length > longestMessage) throw new Error(`gRPC message of ${length} bytes is longer than ${longestMessage}`);
      this.#wanted = prefix + length;
      if (buffer.length - at < this.#wanted) break;
      messages.push(buffer.subarray(at + prefix, at + this.#wanted));
      at += this.#wanted;
    }
    this.#held = buffer.length - at;
    this.#pieces = this.#held > 0 ? [buffer.subarray(at)] : [];
    return messages;
  }

  #join(): Buffer {
    if (!this.#isBrief || this.#held > usual) return Buffer.concat(this.#pieces);
    if (this.#memory.length < this.#held) this.#memory = Buffer.allocUnsafeSlow(usual);
    let at = 0;
    // The first piece may be the rest of what is there: it is moved before anything is written over it.
    for (const piece of this.#pieces) at += piece.copy(this.#memory, at);
    return this.#memory.subarray(0, at);
  }

  /** Whether the stream may end here. */
  get atBoundary(): boolean {
    return this.#held === 0;
  }
}
