// Blobs that arrive in pieces, over any number of connections and restarts.
import { createHash, type Hash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { conflict, errorCode, invalid, notFound } from '../../lib/errors.ts';
import { release } from '../../lib/streams/release.ts';
import { untilAborted } from '../../lib/streams/until-aborted.ts';
import { type Digest, type DigestAlgorithm, digestParts } from '../../oci/digest.ts';
import { StreamCopy } from '../blob-writer.ts';
import { BlockPool } from './block-pool.ts';
import { CachedWrites } from './cached-writes.ts';
import { UploadFile } from './upload-file.ts';

/** What is known of an upload since this process touched it first. */
interface Session {
  readonly owner: string;
  size: number;
  /** Of everything up to `size`; absent when an earlier process wrote some of it. */
  hash: Hash | undefined;
  algorithm: DigestAlgorithm;
  /** Whoever is at work on it; the next one takes it over. */
  work: { stop: AbortController; done: Promise<void> } | undefined;
}

interface AppendOptions {
  /** Where the bytes belong; throws `conflict` when that is not the end. */
  offset?: number;
  /** How many bytes there must be. */
  size?: number;
  /** The algorithm the upload will be finished with, if it is known already. */
  algorithm?: DigestAlgorithm;
  signal?: AbortSignal;
  /** Hears how many bytes the upload has by now. */
  onWritten?: (total: number) => void;
}

const uploadId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Uploads by id, each of one owner (a repository). Only one call works on an upload at a time: a later one stops the
 * earlier, whose client has most likely gone without a word.
 */
export class Uploads {
  readonly #root: string;
  readonly #publish: (path: string, digest: Digest) => Promise<void>;
  readonly #sessions = new Map<string, Session>();
  readonly #ways = { cached: new CachedWrites(), blocks: new BlockPool() };

  /** `root` is made when it is needed. `publish` makes a verified file the blob of that digest. */
  constructor(root: string, publish: (path: string, digest: Digest) => Promise<void>) {
    this.#root = root;
    this.#publish = publish;
  }

  /** Begins an empty upload and returns its id, a UUID. */
  async start(owner: string): Promise<string> {
    const id = randomUUID();
    await mkdir(join(this.#root, id), { recursive: true, mode: 0o700 });
    await writeFile(join(this.#root, id, 'owner'), owner, { mode: 0o600 });
    this.#sessions.set(id, { owner, size: 0, hash: createHash('sha256'), algorithm: 'sha256', work: undefined });
    return id;
  }

  /** Bytes it has; throws `not-found` when the owner has no such upload. */
  async size(id: string, owner: string): Promise<number> {
    return (await this.#session(id, owner)).size;
  }

  /** Where its bytes are until it is finished, for who reads along; the file may be missing while it is empty. */
  path(id: string): string {
    if (!uploadId.test(id)) throw unknown(id);
    return join(this.#root, id, 'data');
  }

  /**
   * Adds the stream, whose chunks are given away, to the end and returns the new size. What came before a failure of the
   * stream stays, so that the sender can go on from there; what a full disk cut short does not. Throws `not-found`, `conflict` (wrong offset), `invalid` (wrong size), `cancelled`, what the stream throws.
   */
  async append(
    id: string,
    owner: string,
    stream: AsyncIterable<Uint8Array>,
    options: AppendOptions = {},
  ): Promise<number> {
    const session = await this.#session(id, owner);
    return await this.#work(session, options.signal, async signal => {
      const { offset, algorithm } = options;
      if (offset !== undefined && offset !== session.size) {
        throw conflict(`the next byte of upload ${id} is ${session.size}, not ${offset}`);
      }
      if (session.size === 0 && algorithm !== undefined && algorithm !== session.algorithm) {
        session.algorithm = algorithm;
        session.hash = createHash(algorithm);
      }
      await this.#write(id, session, stream, { ...options, signal });
      return session.size;
    });
  }

  /**
   * Ends an empty upload of a blob that is there already: reads the stream, which has to have that digest, and keeps
   * nothing. Returns its size. Throws `invalid` for another digest, `not-found`, `cancelled`, what the stream throws.
   */
  async match(id: string, owner: string, stream: AsyncIterable<Uint8Array>, expected: Digest): Promise<number> {
    const session = await this.#session(id, owner);
    return await this.#work(session, undefined, async signal => {
      const { algorithm, hex } = digestParts(expected);
      const hash = createHash(algorithm);
      let size = 0;
      for await (const chunk of untilAborted(stream, signal)) {
        hash.update(chunk);
        size += chunk.length;
        release(chunk);
      }
      await this.#forget(id);
      if (hash.digest('hex') !== hex) throw invalid(`the blob does not have the digest ${expected}`);
      return size;
    });
  }

  /**
   * Makes it a blob and ends the upload. The blob can be read at once; `lateSync.settled` says when it is on disk. Throws `invalid` when it does not have that digest; then the upload is gone.
   * `not-found`, `cancelled` when another call takes it over.
   */
  async finish(id: string, owner: string, expected: Digest): Promise<{ digest: Digest; size: number }> {
    const session = await this.#session(id, owner);
    return await this.#work(session, undefined, async () => {
      const path = this.path(id);
      // One that is empty has no file yet.
      await (await open(path, 'a', 0o600)).close();
      const digest = await this.#digest(path, session, digestParts(expected).algorithm);
      if (digest !== expected) {
        await this.#forget(id);
        throw invalid(`blob digest is ${digest}, expected ${expected}`);
      }
      await this.#publish(path, expected);
      await this.#forget(id);
      return { digest: expected, size: session.size };
    });
  }

  /** Throws `not-found`. */
  async cancel(id: string, owner: string): Promise<void> {
    const session = await this.#session(id, owner);
    await this.#work(session, undefined, () => this.#forget(id));
  }

  /** Removes uploads that nobody added anything to since `before` (milliseconds of the epoch); returns how many. */
  async expire(before: number): Promise<number> {
    let removed = 0;
    for (const id of await readdir(this.#root).catch(() => [])) {
      const touched = await lastTouched(join(this.#root, id));
      if (touched === undefined || touched >= before) continue;
      const session = this.#sessions.get(id);
      if (session) await this.#work(session, undefined, () => this.#forget(id));
      else await this.#forget(id);
      removed++;
    }
    return removed;
  }

  async #session(id: string, owner: string): Promise<Session> {
    const path = this.path(id);
    const known = this.#sessions.get(id) ?? (await this.#recall(id, path));
    if (known.owner !== owner) throw unknown(id);
    return known;
  }

  async #recall(id: string, path: string): Promise<Session> {
    try {
      const owner = await readFile(join(this.#root, id, 'owner'), 'utf8');
      const size = (await stat(path).catch(() => undefined))?.size ?? 0;
      const session: Session = {
        ...{ owner, size, algorithm: 'sha256', work: undefined },
        hash: size === 0 ? createHash('sha256') : undefined,
      };
      // Somebody else may have recalled it meanwhile: there must be one session only.
      const known = this.#sessions.get(id);
      if (known) return known;
      this.#sessions.set(id, session);
      return session;
    } catch (error) {
      throw errorCode(error) === 'ENOENT' ? unknown(id) : error;
    }
  }

  async #work<T>(
    session: Session,
    outer: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const stop = new AbortController();
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const before = session.work;
    const mine = { stop, done };
    session.work = mine;
    try {
      before?.stop.abort(new Error('another request goes on with this upload'));
      await before?.done;
      return await work(outer ? AbortSignal.any([outer, stop.signal]) : stop.signal);
    } finally {
      if (session.work === mine) session.work = undefined;
      resolve();
    }
  }

  async #write(
    id: string,
    session: Session,
    stream: AsyncIterable<Uint8Array>,
    options: AppendOptions & { signal: AbortSignal },
  ): Promise<void> {
    const { signal, size, onWritten } = options;
    const before = session.size;
    const path = this.path(id);
    const handle = await open(path, 'a', 0o600).catch(error => {
      throw errorCode(error) === 'ENOENT' ? unknown(id) : error;
    });
    const file = new UploadFile(path, { file: handle, size: before, ways: this.#ways, onWritten });
    const copy = new StreamCopy(file, { hash: session.hash });
    try {
      await copy.run(untilAborted(stream, signal), { signal, ...(size === undefined ? {} : { size }) });
      session.size = file.written;
    } catch (error) {
      // The disk refused some of it: what is digested and what is written have parted.
      if (file.written === before + copy.taken) session.size = file.written;
      else {
        await truncate(path, before);
        session.hash = before === 0 ? createHash(session.algorithm) : undefined;
      }
      throw error;
    } finally {
      await file.close();
      await handle.close();
    }
  }

  async #digest(path: string, session: Session, algorithm: DigestAlgorithm): Promise<Digest> {
    const running = session.hash;
    // A hash can be asked once; a second try reads the file.
    session.hash = undefined;
    if (running && session.algorithm === algorithm) return `${algorithm}:${running.digest('hex')}`;
    const hash = createHash(algorithm);
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk);
    return `${algorithm}:${hash.digest('hex')}`;
  }

  async #forget(id: string): Promise<void> {
    this.#sessions.delete(id);
    await rm(join(this.#root, id), { recursive: true, force: true });
  }
}

async function lastTouched(folder: string): Promise<number | undefined> {
  const stats = await Promise.all([folder, join(folder, 'data')].map(path => stat(path).catch(() => undefined)));
  const times = stats.flatMap(one => (one ? [one.mtimeMs] : []));
  return times.length === 0 ? undefined : Math.max(...times);
}

const unknown = (id: string) => notFound(`upload ${id} not found`);
