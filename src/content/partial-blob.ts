// A blob that arrives over some time, and whose first part is kept when that is interrupted, by a crash too.
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { invalid } from '../lib/errors.ts';
import { type Digest, digestParts } from '../oci/digest.ts';
import type { GrowingFile } from './growing/growing-file.ts';

const portion = 1024 * 1024;
/** Milliseconds after which less than a portion is written, too: who follows a slow download waits no longer. */
const patience = 100;

/**
 * One writer appends, any number of readers follow. What is there at the start may be what a crash left: only `verify`
 * knows whether it is right. Made by `ContentStore.resume`; `close` or `discard` it.
 */
export class PartialBlob {
  readonly digest: Digest;
  readonly path: string;
  readonly #file: FileHandle;
  #hash: Hash;
  #size = 0;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  /** Bytes that are in the file, for those who follow. */
  #written = 0;
  #ended = false;
  /** How often it began anew. */
  #epoch = 0;
  #failure: unknown;
  #news = Promise.withResolvers<void>();

  /** Opens or makes the file and digests what is in it. */
  static async open(path: string, digest: Digest): Promise<PartialBlob> {
    const file = await open(path, 'a+', 0o600);
    const blob = new PartialBlob(path, digest, file);
    try {
      await blob.#digestRest();
      return blob;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  private constructor(path: string, digest: Digest, file: FileHandle) {
    this.path = path;
    this.digest = digest;
    this.#file = file;
    this.#hash = createHash(digestParts(digest).algorithm);
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** The chunk must not change afterwards. Throws what the file system says, of an earlier chunk perhaps. */
  async append(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk);
    this.#pending.push(chunk);
    this.#size += chunk.length;
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes >= portion) await this.#flush();
    // What fails here fails again at the next write.
    else this.#timer ??= setTimeout(() => void this.#flush().catch(() => {}), patience).unref();
  }

  /** Forgets everything that came so far, and that the disk did not take it; those who follow fail. */
  async restart(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    [this.#pending, this.#pendingBytes] = [[], 0];
    await this.#writing.catch(() => {});
    this.#writing = Promise.resolve();
    this.#epoch++;
    this.#hash = createHash(digestParts(this.digest).algorithm);
    this.#size = 0;
    // Who follows anew while the file is cut must not be told of what it had.
    this.#written = 0;
    this.#wake();
    await this.#file.truncate(0);
  }

  /** Everything came: writes it to the disk and compares the digest. Throws `invalid` when it is another. */
  async verify(): Promise<void> {
    await this.#flush();
    await this.#writing;
    const { hex } = digestParts(this.digest);
    const found = this.#hash.copy().digest('hex');
    if (found !== hex) throw invalid(`filesystem layer verification failed for digest ${this.digest}`);
    this.#ended = true;
    this.#wake();
    await this.#file.datasync();
  }

  /** To be read from the first byte on, as it comes, until it was verified. Throws what `fail` was told. */
  async follow(): Promise<GrowingFile> {
    const sizes = this.#growth(this.#epoch);
    return { file: await open(this.path, 'r'), sizes };
  }

  /** Tells those who follow that no more will come. */
  fail(error: unknown): void {
    this.#wake(error);
  }

  /** What is there stays for the next time. */
  async close(): Promise<void> {
    try {
      await this.#flush();
      await this.#writing;
    } finally {
      this.#wake(new Error('the download ended'));
      await this.#file.close();
    }
  }

  async discard(): Promise<void> {
    await this.close().catch(() => {});
    await rm(this.path, { force: true });
  }

  async *#growth(epoch: number): AsyncGenerator<number, void> {
    for (let told = 0; ; ) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#epoch !== epoch) throw new Error('the download began anew');
      if (this.#written > told) {
        told = this.#written;
        yield told;
      } else if (this.#ended) return;
      else await this.#news.promise;
    }
  }

  /** Begins to write what is pending behind what is written already; resolves when that is in the file. */
  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const before = this.#writing;
    if (this.#pending.length > 0) {
      const [chunks, bytes] = [this.#pending, this.#pendingBytes];
      [this.#pending, this.#pendingBytes] = [[], 0];
      // At once: the timer and who appends may both come here while the disk is slow, and their bytes must not change places.
      this.#writing = before.then(() => this.#write(chunks, bytes));
      // The next to wait for it hears of a failure; until then it must not count as unhandled.
      this.#writing.catch(() => {});
    }
    await before;
  }

  async #write(chunks: Uint8Array[], bytes: number): Promise<void> {
    const { bytesWritten } = await this.#file.writev(chunks);
    this.#written += bytesWritten;
    if (bytesWritten < bytes) {
      // A full disk cut it short; the rest says so.
      const rest = Buffer.concat(chunks).subarray(bytesWritten);
      for (let done = 0; done < rest.length; ) {
        const more = (await this.#file.write(rest, done, rest.length - done)).bytesWritten;
        done += more;
        this.#written += more;
      }
    }
    this.#wake();
  }

  #wake(failure?: unknown): void {
    if (failure !== undefined && !this.#ended) this.#failure ??= failure;
    const { resolve } = this.#news;
    this.#news = Promise.withResolvers<void>();
    resolve();
  }

  async #digestRest(): Promise<void> {
    for (;;) {
      const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(portion), 0, portion, this.#size);
      if (bytesRead === 0) break;
      this.#hash.update(buffer.subarray(0, bytesRead));
      this.#size += bytesRead;
    }
    this.#written = this.#size;
  }
}
