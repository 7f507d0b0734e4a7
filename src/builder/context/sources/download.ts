// A file from the web, kept and only fetched again when the server has another one.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BerthError, errorCode, invalid, notFound } from '../../../lib/errors.ts';
import { describeConnectionFailure } from '../../../lib/http/client/connection-failure.ts';
import { type Digest, digestParts, isDigest, sha256 } from '../../../oci/digest.ts';
import type { OpenSourceOptions } from '../../source.ts';

/** What is known of a file that is kept. */
interface Kept {
  readonly url: string;
  readonly digest: Digest;
  readonly etag?: string;
  /** As the server sent it. */
  readonly lastModified?: string;
}

interface Downloaded {
  readonly digest: Digest;
  /** Of the file, in seconds since 1970: what the server says, or 0. */
  readonly mtime: number;
}

interface DownloadOptions extends Pick<OpenSourceOptions, 'signal' | 'report'> {
  readonly checksum?: Digest;
}

const maximumKept = 2 * 1024 ** 3;
const userAgent = 'berth-builder';

/** Downloads that are kept in a folder of their own, the least recently used removed beyond a size. */
export class Downloads {
  readonly #root: string;
  #next = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Brings the file to `target` (which is not there), sharing its inode with what is kept where that works. Throws
   * `not-found` or `invalid` for an answer that is no file, `invalid` for another checksum, `unavailable` when the server
   * cannot be reached, `cancelled`.
   */
  async fetch(url: string, target: string, options: DownloadOptions): Promise<Downloaded> {
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    const known = await this.#known(url);
    const pinned = options.checksum !== undefined && known?.digest === options.checksum;
    const kept = pinned && known !== undefined ? known : await this.#ask(url, known, options);
    if (options.checksum !== undefined && kept.digest !== options.checksum) {
      throw invalid(`digest mismatch ${kept.digest}: ${options.checksum}`);
    }
    await this.#place(kept, target);
    const time = kept.lastModified === undefined ? Number.NaN : Date.parse(kept.lastModified);
    return { digest: kept.digest, mtime: Number.isNaN(time) ? 0 : Math.trunc(time / 1000) };
  }

  /** Takes away what a crash left unfinished, and the oldest beyond what is to be kept. */
  async restore(): Promise<void> {
    const names = await readdir(this.#root).catch(() => []);
    await Promise.all(names.filter(name => name.endsWith('.part')).map(name => rm(join(this.#root, name))));
    await this.#trim();
    await this.#forgetLost();
  }

  async #ask(url: string, known: Kept | undefined, options: DownloadOptions): Promise<Kept> {
    const response = await this.#request(url, known, options.signal);
    if (response.status === 304 && known !== undefined) return known;
    if (!response.ok) {
      await response.body?.cancel();
      const message = `invalid response status ${response.status}`;
      throw response.status === 404 ? notFound(message) : invalid(message);
    }
    return this.#save(url, response, options);
  }

  async #request(url: string, known: Kept | undefined, signal: AbortSignal): Promise<Response> {
    const headers = new Headers({ 'user-agent': userAgent });
    if (known?.etag !== undefined) headers.set('if-none-match', known.etag);
    else if (known?.lastModified !== undefined) headers.set('if-modified-since', known.lastModified);
    try {
      return await fetch(url, { headers, signal, redirect: 'follow' });
    } catch (error) {
      if (signal.aborted) throw cancelled();
      const why = describeConnectionFailure(error, new URL(url));
      throw new BerthError('unavailable', `Get ${JSON.stringify(url)}: ${why}`, { cause: error });
    }
  }

  async #save(url: string, response: Response, { report, signal }: DownloadOptions): Promise<Kept> {
    const part = join(this.#root, `${process.pid}-${this.#next++}.part`);
    try {
      const digest = await writeBody(response, part, { report, signal });
      const [etag, lastModified] = [response.headers.get('etag'), response.headers.get('last-modified')];
      const kept = { url, digest, ...(etag ? { etag } : {}), ...(lastModified ? { lastModified } : {}) };
      await rename(part, this.#file(digest));
      await writeFile(part, JSON.stringify(kept));
      await rename(part, this.#record(url));
      await this.#trim();
      return kept;
    } catch (error) {
      await rm(part, { force: true });
      if (signal.aborted) throw cancelled();
      throw error;
    }
  }

  async #place(kept: Kept, target: string): Promise<void> {
    const file = this.#file(kept.digest);
    // By when it was used last, not by what the file system notes of that, it is kept or removed.
    const now = new Date();
    await utimes(file, now, now);
    // A copy: COPY gives the file owner, mode and time of its own, and those belong to the inode.
    await copyFile(file, target);
  }

  async #known(url: string): Promise<Kept | undefined> {
    const kept = await this.#read(this.#record(url));
    return kept?.url === url && existsSync(this.#file(kept.digest)) ? kept : undefined;
  }

  /** Undefined where there is nothing, or nothing that makes sense. */
  async #read(path: string): Promise<Kept | undefined> {
    try {
      const kept = JSON.parse(await readFile(path, 'utf8')) as Kept;
      return isDigest(String(kept?.digest)) ? kept : undefined;
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  async #trim(): Promise<void> {
    const names = await readdir(this.#root).catch(() => [] as string[]);
    const files = await Promise.all(
      names
        .filter(name => name.endsWith('.file'))
        .map(async name => ({ path: join(this.#root, name), stats: await stat(join(this.#root, name)) })),
    );
    let total = 0;
    for (const { path, stats } of files.sort((a, b) => b.stats.mtimeMs - a.stats.mtimeMs)) {
      total += stats.size;
      if (total > maximumKept) await rm(path, { force: true });
    }
  }

  /** Removes what is known of files that are not kept any more. */
  async #forgetLost(): Promise<void> {
    const names = await readdir(this.#root).catch(() => [] as string[]);
    for (const name of names.filter(one => one.endsWith('.json'))) {
      const path = join(this.#root, name);
      const kept = await this.#read(path);
      if (!kept || !names.includes(`${digestParts(kept.digest).hex}.file`)) await rm(path, { force: true });
    }
  }

  #file(digest: Digest): string {
    return join(this.#root, `${digestParts(digest).hex}.file`);
  }

  #record(url: string): string {
    return join(this.#root, `${digestParts(sha256(url)).hex}.json`);
  }
}

async function writeBody(
  response: Response,
  path: string,
  { report, signal }: Pick<DownloadOptions, 'report' | 'signal'>,
): Promise<Digest> {
  const total = Number(response.headers.get('content-length')) || undefined;
  const hash = createHash('sha256');
  const file = await open(path, 'w', 0o600);
  let current = 0;
  try {
    for await (const chunk of response.body ?? []) {
      if (signal.aborted) throw cancelled();
      hash.update(chunk);
      await file.writeFile(chunk);
      current += chunk.length;
      report({ id: 'downloading', current, ...(total === undefined ? {} : { total }) });
    }
    // What is kept is taken for what its digest says without being read again: it must be all there after a power cut.
    await file.datasync();
  } finally {
    await file.close();
  }
  report({ id: 'downloading', current, total: current, done: true });
  return `sha256:${hash.digest('hex')}`;
}

const cancelled = () => new BerthError('cancelled', 'the download was cancelled');
