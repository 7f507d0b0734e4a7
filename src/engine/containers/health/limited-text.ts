// The beginning of a probe's output, as much as Docker keeps.

const limit = 4096;

/** Collects bytes and forgets what comes after the first 4096; the text then ends in `...`. */
export class LimitedText {
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #truncated = false;

  push(data: Buffer): void {
    const room = limit - this.#size;
    if (data.length > room) this.#truncated = true;
    if (room <= 0) return;
    // A copy: the chunk may be a piece of a much larger buffer that would be kept alive.
    const kept = Buffer.from(data.subarray(0, room));
    this.#chunks.push(kept);
    this.#size += kept.length;
  }

  toString(): string {
    const text = Buffer.concat(this.#chunks).toString('utf8');
    return this.#truncated ? `${text}...` : text;
  }
}
