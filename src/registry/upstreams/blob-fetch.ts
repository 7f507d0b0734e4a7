// A blob on its way here from another registry, which others read while it comes.
import { type FileHandle, open } from 'node:fs/promises';
import type { ContentStore } from '../../content/index.ts';
import { errorCode } from '../../lib/errors.ts';
import type { BodyWriter } from '../../lib/http/exchange.ts';
import { type Digest, digestParts } from '../../oci/digest.ts';

const portion = 256 * 1024;

export class BlobFetch {
  /** Resolves when the blob is here, whole and verified. */
  readonly done: Promise<void>;
  readonly size: number;
  readonly #content: ContentStore;
  readonly #digest: Digest;
  #id: string | undefined;
  #written = 0;
  #ended = false;
  #waiting: (() => void)[] = [];

  /** `source` gives the bytes; `owner` is the repository it is fetched for; `link` makes it known there. */
  constructor(
    content: ContentStore,
    blob: { digest: Digest; size: number; owner: string },
    { source, link }: { source: AsyncIterable<Uint8Array>; link: () => Promise<void> },
  ) {
    this.#content = content;
    this.#digest = blob.digest;
    this.size = blob.size;
    this.done = this.#run(blob.owner, source, link).finally(() => {
      this.#ended = true;
      this.#wake();
    });
    this.done.catch(() => {});
  }

  /** Sends bytes `start` to `end` as they come; the last of them only once all are verified. Throws what the fetch throws. */
  async send(body: BodyWriter, { start, end }: { start: number; end: number }): Promise<void> {
    const file = await this.#open();
    try {
      for (let position = start; position <= end; ) {
        const available = await this.#availableFrom(position, end);
        const buffer = Buffer.allocUnsafe(Math.min(portion, available));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0) throw new Error('the file ended before its size');
        position += bytesRead;
        const sent = body.write(buffer.subarray(0, bytesRead));
        if (sent) await sent;
      }
    } finally {
      await file.close();
    }
  }

  async #run(owner: string, source: AsyncIterable<Uint8Array>, link: () => Promise<void>): Promise<void> {
    const { uploads } = this.#content;
    const id = await uploads.start(owner);
    this.#id = id;
    try {
      await uploads.append(id, owner, source, {
        size: this.size,
        algorithm: digestParts(this.#digest).algorithm,
        onWritten: total => {
          this.#written = total;
          this.#wake();
        },
      });
      await uploads.finish(id, owner, this.#digest);
    } catch (error) {
      await uploads.cancel(id, owner).catch(() => {});
      throw error;
    }
    await link();
  }

  /** How many bytes there are from `position` on that may be sent now; waits until there are some. */
  async #availableFrom(position: number, end: number): Promise<number> {
    for (;;) {
      if (this.#ended) await this.done;
      const known = this.#ended ? this.size : this.#written;
      const available = Math.min(known, end + 1) - position;
      const isLast = available > 0 && position + Math.min(available, portion) > end;
      if (available > 0 && (this.#ended || !isLast)) return available;
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
  }

  async #open(): Promise<FileHandle> {
    while (this.#written === 0 && !this.#ended) await new Promise<void>(resolve => this.#waiting.push(resolve));
    if (this.#ended) await this.done;
    try {
      if (this.#id !== undefined) return await open(this.#content.uploads.path(this.#id), 'r');
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    // It was finished in between.
    return await open(this.#content.path(this.#digest), 'r');
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
