// gRPC's length-prefixed messages: one byte (compressed or not), four of length, then the message.

const prefix = 5;

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
    framed[at] = 0;
    framed.writeUInt32BE(message.length, at + 1);
    framed.set(message, at + prefix);
    at += prefix + message.length;
  }
  return framed;
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
    let buffer = this.#pieces.length === 1 ? data : this.#join();
    const messages: Buffer[] = [];
    for (;;) {
      this.#wanted = prefix;
      if (buffer.length < prefix) break;
      if (buffer[0] !== 0) throw new Error('compressed gRPC messages are not supported');
      const length = buffer.readUInt32BE(1);
      if (length > longestMessage) throw new Error(`gRPC message of ${length} bytes is longer than ${longestMessage}`);
      this.#wanted = prefix + length;
      if (buffer.length < this.#wanted) break;
      messages.push(buffer.subarray(prefix, this.#wanted));
      buffer = buffer.subarray(this.#wanted);
    }
    this.#pieces = buffer.length > 0 ? [buffer] : [];
    this.#held = buffer.length;
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
