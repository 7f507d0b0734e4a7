// A folder of links by digest: `<alg>/<hex>`.
import { existsSync, statSync, unlinkSync } from 'node:fs';
import { readdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../lib/errors.ts';
import { syncIfThere } from '../../lib/files/if-there.ts';
import { type Digest, digestParts, isDigest } from '../../oci/digest.ts';
import { touchLink, writeLink } from './write-link.ts';

export class DigestLinks {
  readonly #folder: string;
  readonly #temporary: string;

  /** `temporary` is a folder of the same file system for files under way. */
  constructor(folder: string, temporary: string) {
    this.#folder = folder;
    this.#temporary = temporary;
  }

  has(digest: Digest): boolean {
    return existsSync(this.#path(digest));
  }

  /** What the link says; undefined when there is none. */
  async read(digest: Digest): Promise<string | undefined> {
    try {
      return await readFile(this.#path(digest), 'utf8');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** A link without words; on disk after `sync`. */
  add(digest: Digest): Promise<void> {
    return touchLink(this.#path(digest));
  }

  /** A link that says something; on disk afterwards. */
  write(digest: Digest, text: string): Promise<void> {
    return writeLink(this.#path(digest), text, this.#temporary);
  }

  /** True when there was one. At once, so that nobody can look in between. */
  remove(digest: Digest): boolean {
    try {
      unlinkSync(this.#path(digest));
      return true;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  /** Milliseconds of the epoch at which it was made or last refreshed; undefined when there is none. */
  touchedAt(digest: Digest): number | undefined {
    return statSync(this.#path(digest), { throwIfNoEntry: false })?.mtimeMs;
  }

  /** Makes it as good as new, if it is there. */
  async refresh(digest: Digest): Promise<void> {
    const now = new Date();
    await utimes(this.#path(digest), now, now).catch(() => {});
  }

  async list(): Promise<Digest[]> {
    const digests: Digest[] = [];
    for (const algorithm of await names(this.#folder)) {
      for (const hex of await names(join(this.#folder, algorithm))) {
        const digest = `${algorithm}:${hex}`;
        if (isDigest(digest)) digests.push(digest);
      }
    }
    return digests;
  }

  /** All links made before are on disk afterwards. */
  async sync(): Promise<void> {
    for (const algorithm of await names(this.#folder)) await syncIfThere(join(this.#folder, algorithm));
  }

  #path(digest: Digest): string {
    const { algorithm, hex } = digestParts(digest);
    return join(this.#folder, algorithm, hex);
  }
}

/** Names in a folder; none when it is not there. */
export async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}
