// Layers that are small on the wire and fill the disk when they are unpacked are refused.
import { invalid } from '../../../lib/errors.ts';

export interface BombLimits {
  /** Bytes that any layer may unpack to. */
  harmless: number;
  /** Beyond that, how many times its blob's size. Real layers compress to a third; a disk image of zeros to a thousandth. */
  ratio: number;
}

const usual: BombLimits = { harmless: 10 * 1024 ** 3, ratio: 250 };

/** Told of every chunk that is read and unpacked, from one layer. */
export class BombGuard {
  readonly #limits: BombLimits;
  readonly #onRead: (bytes: number) => void;
  #read = 0;
  #unpacked = 0;

  /** `onRead` hears how many bytes were read each time. */
  constructor(limits: BombLimits = usual, onRead: (bytes: number) => void = () => {}) {
    this.#limits = limits;
    this.#onRead = onRead;
  }

  /** The source, counted. */
  async *count(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of source) {
      this.#read += chunk.length;
      this.#onRead(chunk.length);
      yield chunk;
    }
  }

  /** Throws `invalid` when too much has come out of what was read so far. */
  unpacked(bytes: number): void {
    this.#unpacked += bytes;
    const { harmless, ratio } = this.#limits;
    if (this.#unpacked <= harmless || this.#unpacked <= this.#read * ratio) return;
    throw invalid(`refusing a layer that unpacks to more than ${ratio} times its size`);
  }
}
