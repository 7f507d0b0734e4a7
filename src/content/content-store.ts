// Blobs on disk: written under a temporary name, synced, verified, then renamed to their digest.
import { randomUUID } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type BerthError, errorCode, invalid, notFound } from '../lib/errors.ts';
import { type Digest, type DigestAlgorithm, digestParts, isDigest } from '../oci/digest.ts';
import { writeBlob } from './blob-writer.ts';
import { GrowingBlob } from './growing/growing-blob.ts';
import { type GrowingFile, openWhole } from './growing/growing-file.ts';
import { PortionWriter } from './growing/portion-writer.ts';
import { PartialBlob } from './partial-blob.ts';
import { type Lease, Pins } from './pins.ts';
import { DirectFile } from './shared/direct-file.ts';
import type { SharedBytes } from './shared/shared-bytes.ts';
import { writeShared } from './shared/write-shared.ts';
import { LateSync } from './uploads/late-sync.ts';
import { Uploads } from './uploads/uploads.ts';

interface IngestOptions {
  /** The digest the bytes must have. */
  expected?: Digest;
  /** The number of bytes there must be; reading stops as soon as there are more. */
  size?: number;
  signal?: AbortSignal;
  /** Keeps the blob from the moment it is there; without one the next collection may take it away. */
  lease?: Lease;
  /** Is given what is written, to read along; has to close it. Not called when nothing could be written. */
  follow?: ((growing: GrowingBlob) => void) | undefined;
  /** The memory it passes through, for who reads along there. It goes past the kernel's memory then: for what is not read soon. */
  through?: SharedBytes | undefined;
  /**
   * Does not wait for the disk: who records it waits for `lateSync.settled` first. The blob counts from now on, and until
   * it is on the disk `lateSync` knows that it may not be there after a power cut.
   */
  late?: boolean;
}

const readSize = 1024 * 1024;
/** Milliseconds after which nobody is expected to go on with a download. */
const partialAge = 24 * 60 * 60 * 1000;

/** A folder of blobs. Safe for concurrent use within one process; two ingests of the same blob both succeed. */
export class ContentStore {
  /** What `collect` leaves alone. */
  readonly pins = new Pins();
  /** Blobs that arrive in pieces, in `root/uploads`; they survive a restart. */
  readonly uploads: Uploads;
  /** What puts finished uploads, and what was ingested `late`, on disk. */
  readonly lateSync: LateSync;
  readonly #root: string;
  readonly #removals = new Set<Promise<void>>();

  /**
   * `root` is made when missing; blobs live in `root/blobs`, unfinished ones in `root/ingest`, or in `root/partial` when
   * they can be gone on with.
   */
  constructor(root: string) {
    this.#root = root;
    this.lateSync = new LateSync(join(root, 'unsynced'), this);
    this.uploads = new Uploads(join(root, 'uploads'), (path, digest) => this.lateSync.publish(path, digest));
    mkdirSync(join(root, 'blobs', 'sha256'), { recursive: true, mode: 0o700 });
    mkdirSync(this.#ingestDirectory, { recursive: true, mode: 0o700 });
    mkdirSync(this.#partialDirectory, { recursive: true, mode: 0o700 });
  }

  get #ingestDirectory(): string {
    return join(this.#root, 'ingest');
  }

  get #partialDirectory(): string {
    return join(this.#root, 'partial');
  }

  /**
   * Writes a stream into the store and returns what it was. Throws `invalid` for a wrong digest or size, `cancelled`
   * when the signal fires; then nothing is left. A blob that is there already stays as it is.
   */
  async ingest(
    stream: AsyncIterable<Uint8Array>,
    options: IngestOptions = {},
  ): Promise<{ digest: Digest; size: number }> {
    const temporary = join(this.#ingestDirectory, randomUUID());
    const algorithm = options.expected ? digestParts(options.expected).algorithm : 'sha256';
    try {
      const written = await this.#write(stream, temporary, { ...options, algorithm });
      options.lease?.keep(written.digest);
      if (options.late) await this.lateSync.publish(temporary, written.digest);
      else await this.#publish(temporary, written.digest);
      return written;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** Writes bytes from memory. */
  async put(bytes: Uint8Array, options: IngestOptions = {}): Promise<{ digest: Digest; size: number }> {
    return this.ingest(
      (async function* () {
        yield bytes;
      })(),
      options,
    );
  }

  /**
   * A blob that is downloaded: what an earlier try left of it is in it already. The caller sees to it that there is one
   * at a time for each digest, and closes it.
   */
  resume(digest: Digest): Promise<PartialBlob> {
    if (!isDigest(digest)) throw invalid(`invalid digest ${JSON.stringify(digest)}`);
    return PartialBlob.open(join(this.#partialDirectory, digest.replace(':', '-')), digest);
  }

  /** Makes a blob that was verified one of the store, kept by the lease. Idempotent. */
  async publish(blob: PartialBlob, lease: Lease): Promise<void> {
    lease.keep(blob.digest);
    if (!this.has(blob.digest)) await this.#publish(blob.path, blob.digest);
  }

  has(digest: Digest): boolean {
    return existsSync(this.path(digest));
  }

  /** Where the blob is, or would be. */
  path(digest: Digest): string {
    if (!isDigest(digest)) throw invalid(`invalid digest ${JSON.stringify(digest)}`);
    const { algorithm, hex } = digestParts(digest);
    return join(this.#root, 'blobs', algorithm, hex);
  }

  /** Bytes; throws `not-found`. */
  size(digest: Digest): number {
    const stat = statSync(this.path(digest), { throwIfNoEntry: false });
    if (!stat) throw missing(digest);
    return stat.size;
  }

  /** A stream of the blob in chunks of 1 MiB; throws `not-found` at once when there is none. */
  read(digest: Digest): Readable {
    if (!this.has(digest)) throw missing(digest);
    return createReadStream(this.path(digest), { highWaterMark: readSize });
  }

  /** The blob to be read at positions, also if it is removed meanwhile. Throws `not-found`. */
  async open(digest: Digest): Promise<GrowingFile> {
    try {
      return await openWhole(this.path(digest));
    } catch (error) {
      throw errorCode(error) === 'ENOENT' ? missing(digest) : error;
    }
  }

  /** The whole blob in memory: manifests and configurations. Throws `not-found`. */
  async bytes(digest: Digest): Promise<Buffer> {
    try {
      return await readFile(this.path(digest));
    } catch (error) {
      throw errorCode(error) === 'ENOENT' ? missing(digest) : error;
    }
  }

  /**
   * Idempotent. The blob is gone when the call returns, its space when the promise resolves (freeing a large file takes
   * long). Readers that have it open read on.
   */
  remove(digest: Digest): Promise<void> {
    const temporary = join(this.#ingestDirectory, randomUUID());
    try {
      renameSync(this.path(digest), temporary);
    } catch (error) {
      return errorCode(error) === 'ENOENT' ? Promise.resolve() : Promise.reject(error);
    }
    return rm(temporary, { force: true });
  }

  /** Every blob there is, without holding up anybody; what comes or goes meanwhile may be missing. */
  async listLater(): Promise<Digest[]> {
    const blobs = join(this.#root, 'blobs');
    const algorithms = await readdir(blobs);
    const names = await Promise.all(algorithms.map(algorithm => readdir(join(blobs, algorithm))));
    return names.flatMap((hexes, index) => hexes.map(hex => `${algorithms[index]}:${hex}`).filter(isDigest));
  }

  /** Every blob there is. */
  list(): Digest[] {
    const blobs = join(this.#root, 'blobs');
    return readdirSync(blobs).flatMap(algorithm =>
      readdirSync(join(blobs, algorithm))
        .map(hex => `${algorithm as DigestAlgorithm}:${hex}` as const)
        .filter(isDigest),
    );
  }

  /**
   * Removes every blob that is not pinned: at once for everybody else, on disk in the background. What is wanted is asked
   * and what is not is detached in one synchronous step, so nothing that is pinned later can lose what it found.
   */
  collect(onError: (digest: Digest, error: unknown) => void): void {
    // One under way is written to all the time.
    this.#removeDownloads((_, { mtimeMs }) => Date.now() - mtimeMs > partialAge);
    const wanted = this.pins.all();
    for (const digest of this.list()) {
      if (wanted.has(digest)) continue;
      const removal = this.remove(digest)
        .catch((error: unknown) => onError(digest, error))
        .finally(() => this.#removals.delete(removal));
      this.#removals.add(removal);
    }
  }

  /** Waits until what was collected is off the disk. */
  async settled(): Promise<void> {
    await Promise.all(this.#removals);
  }

  /**
   * Removes unfinished and half-removed blobs left by a crash, and downloads nobody went on with for a day; call before
   * the first ingest.
   */
  sweep(): void {
    for (const name of readdirSync(this.#ingestDirectory)) {
      rmSync(join(this.#ingestDirectory, name), { recursive: true, force: true });
    }
    // One under way is written to all the time.
    this.#removeDownloads((_, { mtimeMs }) => Date.now() - mtimeMs > partialAge);
  }

  /** Removes what is left of downloads that broke off, all but those that are under way. Returns how many bytes that was. */
  forgetDownloads(isRunning: (digest: Digest) => boolean): number {
    return this.#removeDownloads(name => {
      const digest = name.replace('-', ':');
      return isDigest(digest) && !isRunning(digest);
    });
  }

  /** Returns how many bytes they had. */
  #removeDownloads(isOver: (name: string, stat: Stats) => boolean): number {
    let bytes = 0;
    for (const name of readdirSync(this.#partialDirectory)) {
      const path = join(this.#partialDirectory, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (!stat || !isOver(name, stat)) continue;
      rmSync(path, { recursive: true, force: true });
      bytes += stat.size;
    }
    return bytes;
  }

  async #write(
    stream: AsyncIterable<Uint8Array>,
    path: string,
    { follow, through, ...options }: IngestOptions & { algorithm: DigestAlgorithm },
  ): Promise<{ digest: Digest; size: number }> {
    if (through) {
      const written = await writeShared(stream, path, through, options);
      if (!options.late) await syncFile(path);
      return written;
    }
    await using direct = follow && (await DirectFile.create(path));
    await using file = await open(path, direct ? 'r+' : 'wx', 0o600);
    const growing = follow && new GrowingBlob(await open(path, 'r'));
    if (growing) follow?.(growing);
    try {
      const portions = direct && new PortionWriter(direct);
      const written = await writeBlob(stream, file, {
        ...options,
        onTaken: growing && (chunk => growing.add(chunk)),
        onWritten: growing && (total => growing.grow(total)),
        append: portions && (chunks => portions.append(chunks)),
      });
      await portions?.finish();
      growing?.complete(written);
      if (!options.late && !this.has(written.digest)) await file.datasync();
      return written;
    } catch (error) {
      growing?.fail(error);
      throw error;
    }
  }

  async #publish(temporary: string, digest: Digest): Promise<void> {
    const target = this.path(digest);
    const { algorithm } = digestParts(digest);
    const directory = join(this.#root, 'blobs', algorithm);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    await rename(temporary, target);
    await syncFile(directory);
  }
}

/** Of a directory too: then its names are on disk. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function missing(digest: Digest): BerthError {
  return notFound(`blob ${digest} not found`);
}
