// Small chunks gathered into portions that can go straight to the disk.
import type { DirectFile } from '../shared/direct-file.ts';

/** Bytes; memory of that size begins at a page. */
const portion = 1024 * 1024;

/** Writes a file from its beginning. Call `finish` at the end; the file stays the caller's. */
export class PortionWriter {
  readonly #file: DirectFile;
  readonly #buffer = Buffer.allocUnsafeSlow(portion);
  #filled = 0;
  #written = 0;

  constructor(file: DirectFile) {
    this.#file = file;
  }

  /** Takes the next bytes; returns how many are in the file by now. Throws what the file system says. */
  async append(chunks: readonly Uint8Array[]): Promise<number> {
    for (const chunk of chunks) {
      for (let rest = chunk; rest.length > 0; ) {
        const part = rest.subarray(0, portion - this.#filled);
        this.#buffer.set(part, this.#filled);
        this.#filled += part.length;
        rest = rest.subarray(part.length);
        if (this.#filled === portion) await this.finish();
      }
    }
    return this.#written;
  }

  /** Everything is in the file when it returns; on the disk, with `datasync` only. */
  async finish(): Promise<void> {
    await this.#file.write(this.#buffer.subarray(0, this.#filled), this.#written);
    this.#written += this.#filled;
    this.#filled = 0;
  }
}
