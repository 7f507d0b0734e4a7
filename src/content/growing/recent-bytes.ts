// The end of a stream, kept in memory for those who read along.

/** How much is kept of what is in the file as well. */
const kept = 2 * 1024 * 1024;

interface Piece {
  /** Of its first byte in the stream. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** What is not in the file yet is always here, whatever it takes. */
export class RecentBytes {
  readonly #pieces: Piece[] = [];
  #size = 0;

  /** Bytes of the stream so far. */
  get size(): number {
    return this.#size;
  }

  /** The next bytes of the stream, which stay as they are. */
  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pieces.push({ offset: this.#size, bytes });
    this.#size += bytes.length;
  }

  /** Lets go of what is old and among the first `inFile` bytes. */
  forget(inFile: number): void {
    const old = Math.min(inFile, this.#size - kept);
    const first = this.#pieces.findIndex(({ offset, bytes }) => offset + bytes.length > old);
    this.#pieces.splice(0, Math.max(first, 0));
  }

  /** From byte `at` on, to the end of a piece; undefined when that is not here any more, or not yet. */
  from(at: number): Uint8Array | undefined {
    const piece = this.#pieces.findLast(({ offset }) => offset <= at);
    return piece && at < piece.offset + piece.bytes.length ? piece.bytes.subarray(at - piece.offset) : undefined;
  }
}
